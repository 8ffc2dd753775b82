import { clamp, mix, smoothstep } from './curve.js';
import type { Light } from './light.js';
import { noise } from './noise.js';
import type { Shadow } from './shadow.js';
import type { Solid, Vector } from './solid.js';
import type { Paint, SurfacePoint } from './surface.js';
import type { Visibility } from './visibility.js';

/** A solid with what the renderer must know of the figure it belongs to. */
export interface Actor extends Solid {
  /** Scene units in one cap radius. */
  readonly size: number;
}

/** The mushrooms alone, `[side, side]` samples; what shows none of them is 0. */
export interface Portrait {
  readonly side: number;
  /** `[side, side, 3]`, linear light. */
  readonly light: Float32Array;
  /** Bits: 1 cap, 2 stem, 4 drop. */
  readonly part: Uint8Array;
}

const bit = { cap: 1, stem: 2, drop: 4 } as const;
/** Slopes steeper than this are ink, not relief. */
const steepest = 1.4;

/** Paints every visible sample, lets its relief bend the normal, and lights it. */
export function shade(
  actors: readonly Actor[],
  seen: Visibility,
  camera: {
    readonly right: Vector;
    readonly down: Vector;
    readonly viewer: Vector;
    readonly scale: number;
  },
  light: Light,
  shadow: Shadow,
): Portrait {
  const { side } = seen;
  const total = side * side;
  const part = new Uint8Array(total);
  const relief = new Float32Array(total);
  let count = 0;
  for (let at = 0; at < total; at++) if (seen.solid[at]! >= 0) count++;
  /** Red, green, blue, gloss, glow, sky, normal and place of each visible sample. */
  const record = new Float32Array(12 * count);

  const point: SurfacePoint = { u: 0, v: 0, x: 0, y: 0, z: 0, resolution: 1 };
  const paint: Paint = { r: 0, g: 0, b: 0, height: 0, gloss: 0, glow: 0, sky: 1 };
  const normal = [0, 0, 0];
  const placed = [0, 0, 0];
  for (let at = 0, to = 0; at < total; at++) {
    const index = seen.solid[at]!;
    if (index < 0) continue;
    const actor = actors[index]!;
    const { coordinates: c, positions: p, normals: n, triangles } = actor;
    const t = seen.triangle[at]!;
    const [i, j, k] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const w1 = seen.second[at]!;
    const w2 = seen.third[at]!;
    const w0 = 1 - w1 - w2;
    point.u = w0 * c[5 * i]! + w1 * c[5 * j]! + w2 * c[5 * k]!;
    point.v = w0 * c[5 * i + 1]! + w1 * c[5 * j + 1]! + w2 * c[5 * k + 1]!;
    point.x = w0 * c[5 * i + 2]! + w1 * c[5 * j + 2]! + w2 * c[5 * k + 2]!;
    point.y = w0 * c[5 * i + 3]! + w1 * c[5 * j + 3]! + w2 * c[5 * k + 3]!;
    point.z = w0 * c[5 * i + 4]! + w1 * c[5 * j + 4]! + w2 * c[5 * k + 4]!;
    point.resolution = camera.scale * actor.size;
    actor.surface(point, paint);
    for (let d = 0; d < 3; d++) {
      normal[d] = w0 * n[3 * i + d]! + w1 * n[3 * j + d]! + w2 * n[3 * k + d]!;
      placed[d] = w0 * p[3 * i + d]! + w1 * p[3 * j + d]! + w2 * p[3 * k + d]!;
    }
    const facing =
      normal[0]! * camera.viewer[0] + normal[1]! * camera.viewer[1] + normal[2]! * camera.viewer[2];
    const sign = actor.thin && facing < 0 ? -1 : 1;
    part[at] = bit[actor.part];
    relief[at] = paint.height * point.resolution;
    record[to] = paint.r;
    record[to + 1] = paint.g;
    record[to + 2] = paint.b;
    record[to + 3] = paint.gloss;
    record[to + 4] = paint.glow;
    record[to + 5] = paint.sky;
    record[to + 6] = sign * normal[0]!;
    record[to + 7] = sign * normal[1]!;
    record[to + 8] = sign * normal[2]!;
    record[to + 9] = placed[0]!;
    record[to + 10] = placed[1]!;
    record[to + 11] = placed[2]!;
    to += 12;
  }
  return { side, part, light: illuminate(seen, relief, record, camera, light, shadow) };
}

function illuminate(
  seen: Visibility,
  relief: Float32Array,
  record: Float32Array,
  camera: { readonly right: Vector; readonly down: Vector; readonly viewer: Vector },
  light: Light,
  shadow: Shadow,
): Float32Array {
  const { side, solid } = seen;
  const { sun, sunlight, skylight, groundlight } = light;
  const { down, viewer } = camera;
  const out = new Float32Array(3 * side * side);
  // Half way between the sun and the viewer: where a gloss shows.
  const hx = sun[0] + viewer[0];
  const hy = sun[1] + viewer[1];
  const hz = sun[2] + viewer[2];
  const hl = Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9);
  const slope = (a: number, b: number, own: number) =>
    solid[a] === own && solid[b] === own
      ? clamp(0.5 * (relief[b]! - relief[a]!), -steepest, steepest)
      : 0;

  for (let at = 0, from = 0; at < side * side; at++) {
    const own = solid[at]!;
    if (own < 0) continue;
    const x = at % side;
    const across = x > 0 && x < side - 1 ? slope(at - 1, at + 1, own) : 0;
    const downwards = at >= side && at < side * (side - 1) ? slope(at - side, at + side, own) : 0;
    let nx = record[from + 6]! - across;
    let ny = record[from + 7]! - downwards * down[1];
    let nz = record[from + 8]! - downwards * down[2];
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
    const open = shadow(
      record[from + 9]! + 0.03 * record[from + 6]!,
      record[from + 10]! + 0.03 * record[from + 7]!,
      record[from + 11]! + 0.03 * record[from + 8]!,
      at,
    );
    const direct = lit * open * (0.4 + 0.6 * sky) + 0.1 * glow * open;
    // Even in the shade the side to the sun is lighter, which keeps things round.
    const bounce = 0.16 * (lambert > -0.6 ? (lambert + 0.6) / 1.6 : 0);
    const up = 0.5 + 0.5 * ny;
    const facing = nx * viewer[0] + ny * viewer[1] + nz * viewer[2];
    const rim = clamp(1 - facing);
    const fresnel = 0.05 + 0.55 * rim * rim * rim;
    // The mirrored direction's height decides between trees and sky.
    const mirror = 2 * facing * ny - viewer[1];
    const mirrorX = 2 * facing * nx - viewer[0];
    const leaves = noise(7 * mirrorX + 3, 7 * mirror, 5);
    const window = smoothstep(0.45, 0.8, mirror + 0.35 * (leaves - 0.5));
    const h = clamp((nx * hx + ny * hy + nz * hz) / hl);
    const h8 = h * h * h * h * (h * h * h * h);
    const dull = h8 * h8;
    const sharp = dull * dull * dull * dull;
    const spark = gloss * open * mix(0.12 * dull, 0.9 * sharp * sharp + 0.16 * dull, gloss);
    const veil = gloss * gloss * sky * (0.1 * window + fresnel * 0.7 * mix(0.25, 1, window));
    for (let c = 0; c < 3; c++) {
      const around = (mix(groundlight[c]!, skylight[c]!, up) + bounce * sunlight[c]!) * sky;
      const body = record[from + c]! * (0.92 * direct * sunlight[c]! + around);
      out[3 * at + c] = body + spark * sunlight[c]! + veil * skylight[c]! * 2.2;
    }
    from += 12;
  }
  return out;
}
