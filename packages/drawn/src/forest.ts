import { type Canvas, dim, lay } from './canvas';
import { blend, color, scale, vary } from './color';
import { clamp, smoothstep } from './curve';
import { disc, type Plane } from './ground';
import type { Light } from './light';
import { cloud, noise } from './noise';
import type { Random } from './random';

const moods = [
  ['#12170d', '#3d4a28'],
  ['#1b1510', '#4d3c28'],
  ['#0c0e0a', '#272e1c'],
  ['#242c16', '#6e7a42'],
  ['#14181c', '#414b52'],
  ['#271d13', '#6e5634'],
] as const;

/** Draws what stands far behind, all out of focus: trunks, bushes and gaps of light. */
export function forest(to: Canvas, plane: Plane, light: Light, random: Random): void {
  const { size } = to;
  const bottom = Math.min(size, Math.ceil(plane.horizon) + 2);
  if (bottom <= 0) return;
  const { uniform, pick, chance, integer } = random;
  const mood = pick(moods);
  const dark = vary(color(mood[0]), 0.25, random);
  const bright = vary(color(mood[1]), 0.3, random);
  const seed = integer(1, 1 << 28);
  const trunks = chance(0.5) ? uniform(0.3, 0.8) : 0;
  // Squares of 3 pixels are enough, because the whole forest is blurred afterwards.
  for (let y = 0; y < bottom; y += 3) {
    const high = 1 - y / bottom;
    for (let x = 0; x < size; x += 3) {
      const bush = cloud((5 * x) / size, (5 * y) / size, seed);
      const trunk =
        trunks > 0
          ? trunks * smoothstep(0.62, 0.72, noise((9 * x) / size, (0.5 * y) / size, seed + 5))
          : 0;
      const t = clamp(bush * (1 + 0.3 * high)) * (1 - trunk);
      const tone = blend(dark, bright, t);
      for (let j = y; j < Math.min(size, y + 3); j++) {
        for (let i = x; i < Math.min(size, x + 3); i++) lay(to, j * size + i, tone, 1, 1);
      }
    }
  }
  const glints = chance(0.7) ? integer(5, 26) : 0;
  for (let i = 0; i < glints; i++) {
    const tone = blend(scale(bright, uniform(1, 2.2)), light.sunlight, uniform(0, 0.16));
    disc(
      to,
      uniform(0, size),
      uniform(-0.05, 0.85) * bottom,
      size * uniform(0.015, 0.06),
      tone,
      uniform(0.15, 0.5),
    );
  }
  // Forest and ground meet in a haze, not at a sharp line.
  const band = 0.05 * size;
  for (
    let y = Math.max(0, Math.floor(plane.horizon - band));
    y < Math.min(size, plane.horizon + band);
    y++
  ) {
    const by = 1 - 0.35 * smoothstep(band, 0, Math.abs(y - plane.horizon));
    for (let x = 0; x < size; x++) dim(to, y * size + x, by);
  }
}
