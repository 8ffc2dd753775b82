import type { Camera } from './camera';
import { clamp, mix, smoothstep } from './curve';
import type { Light } from './light';
import { noise } from './noise';
import { type Painted, unpainted } from './shading';
import type { Shadow } from './shadow';

/** Steeper slopes are clamped to this one: they are treated as color, not as relief. */
const steepest = 1.4;

/** Half the rise from one sample to another; 0 if either sample was not painted on the same solid. */
function rise(relief: Float32Array, solid: Int16Array, a: number, b: number, own: number): number {
  if (solid[a] !== own || solid[b] !== own) return 0;
  const [low, high] = [relief[a]!, relief[b]!];
  if (low === unpainted || high === unpainted) return 0;
  return clamp(0.5 * (high - low), -steepest, steepest);
}

/**
 * Lights what was painted. The relief bends the normals; the light is that of the sun with its shadow, of the sky, and of the light through
 * thin flesh, and wet skin mirrors the sky.
 *
 * @returns Linear light `[side, side, 3]`, 0 where nothing was painted.
 */
export function illuminate(
  { side, relief, places, record }: Painted,
  solid: Int16Array,
  { down, viewer }: Camera,
  { sun, sunlight, skylight, groundlight }: Light,
  shadow: Shadow,
): Float32Array {
  const out = new Float32Array(3 * side * side);
  // The direction halfway between the sun and the viewer, in which gloss shows.
  const hx = sun[0] + viewer[0];
  const hy = sun[1] + viewer[1];
  const hz = sun[2] + viewer[2];
  const hl = Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9);
  const last = side - 1;

  for (let n = 0, from = 0; n < places.length; n++, from += 12) {
    const at = places[n]!;
    const own = solid[at]!;
    const x = at % side;
    let across = 0;
    let downwards = 0;
    if (x > 0 && x < last && at >= side && at < side * last) {
      // The diagonal neighbors are used, because those samples were painted.
      const falling = rise(relief, solid, at - side - 1, at + side + 1, own);
      const rising = rise(relief, solid, at + side - 1, at - side + 1, own);
      across = 0.5 * (falling + rising);
      downwards = 0.5 * (falling - rising);
    }
    const sx = record[from + 6]!;
    const sy = record[from + 7]!;
    const sz = record[from + 8]!;
    let nx = sx - across;
    let ny = sy - downwards * down[1];
    let nz = sz - downwards * down[2];
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-9);
    nx /= length;
    ny /= length;
    nz /= length;
    const gloss = record[from + 3]!;
    const glow = record[from + 4]!;
    const sky = record[from + 5]!;
    const lambert = nx * sun[0] + ny * sun[1] + nz * sun[2];
    const wrap = 0.12 + 0.5 * glow;
    const lit = Math.max(0, (lambert + wrap) / (1 + wrap));
    const open =
      lit + glow > 0.05
        ? shadow(
            record[from + 9]! + 0.03 * sx,
            record[from + 10]! + 0.03 * sy,
            record[from + 11]! + 0.03 * sz,
            at,
          )
        : 0;
    const direct = 0.92 * (lit * open * (0.4 + 0.6 * sky) + 0.1 * glow * open);
    // Even in the shade the side that faces the sun is lighter, so that things look round.
    const bounce = 0.16 * Math.max(0, (lambert + 0.6) / 1.6);
    const up = 0.5 + 0.5 * ny;
    let spark = 0;
    let veil = 0;
    if (gloss > 0.12) {
      const facing = nx * viewer[0] + ny * viewer[1] + nz * viewer[2];
      const rim = clamp(1 - facing);
      const fresnel = 0.05 + 0.55 * rim * rim * rim;
      // The height of the mirrored direction decides whether trees or sky are mirrored.
      const mirror = 2 * facing * ny - viewer[1];
      const leaves = noise(7 * (2 * facing * nx - viewer[0]) + 3, 7 * mirror, 5);
      const window = smoothstep(0.45, 0.8, mirror + 0.35 * (leaves - 0.5));
      const h = clamp((nx * hx + ny * hy + nz * hz) / hl);
      const h4 = h * h * h * h;
      const dull = h4 * h4 * h4 * h4;
      const sharp = dull * dull * dull * dull;
      spark = gloss * open * mix(0.12 * dull, 0.9 * sharp * sharp + 0.16 * dull, gloss);
      veil = 2.2 * gloss * gloss * sky * (0.1 * window + fresnel * 0.7 * mix(0.25, 1, window));
    }
    for (let c = 0; c < 3; c++) {
      const around = (mix(groundlight[c]!, skylight[c]!, up) + bounce * sunlight[c]!) * sky;
      const body = record[from + c]! * (direct * sunlight[c]! + around);
      out[3 * at + c] = body + spark * sunlight[c]! + veil * skylight[c]!;
    }
  }
  return out;
}
