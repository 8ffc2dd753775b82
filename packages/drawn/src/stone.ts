import { around, type Canvas, dim, lay } from './canvas';
import { type Color, color, vary } from './color';
import { clamp, mix, smoothstep } from './curve';
import type { Light } from './light';
import { cloud, noise } from './noise';
import type { Random } from './random';

const rocks = ['#8c877c', '#6e6a62', '#a39a88', '#5b5a58', '#8a7a66'].map(color);

export function stoneColor(random: Random): Color {
  return vary(random.pick(rocks), 0.2, random);
}

/** Draws a rounded stone that is half sunk into the ground. Lengths are in pixels. */
export function stone(
  to: Canvas,
  shape: { x: number; y: number; radius: number; flat: number; color: Color; seed: number },
  { sun }: Light,
): void {
  const { x, y, radius, flat, color: tone, seed } = shape;
  around(to, x - sun[0] * radius * 0.4, y + 0.3 * radius * flat, 1.5 * radius, (at, dx, dy) => {
    const d = Math.sqrt(dx * dx + (dy * dy) / (flat * flat)) / radius;
    dim(to, at, 1 - 0.6 * smoothstep(1.35, 0.8, d));
  });
  around(to, x, y, 1.2 * radius, (at, dx, dy) => {
    const [px, py] = [dx / radius, dy / (radius * flat)];
    const rough = 0.8 + 0.3 * noise(1.7 * px + 9, 1.7 * py + 9, seed);
    const d = Math.sqrt(px * px + py * py) / rough;
    const cover = clamp((1 - d) * radius + 0.5);
    if (cover <= 0) return;
    const nz = Math.sqrt(Math.max(0, 1 - d * d));
    const bump = cloud(3 * px + 5, 3 * py + 5, seed + 1) - 0.5;
    const lit = clamp(px * sun[0] - py * sun[1] + nz * sun[2] + bump);
    const lichen = smoothstep(0.6, 0.75, cloud(2.2 * px + 50, 2.2 * py, seed + 2));
    lay(to, at, tone, mix(0.25, 1.15, lit) * (1 + 0.4 * lichen), cover);
  });
}
