import type { Camera } from './camera';
import type { Actor } from './solid';
import type { Paint, SurfacePoint } from './surface';
import type { Visibility } from './visibility';

/** What was painted, before any light falls on it. */
export interface Painted {
  readonly side: number;
  /** `[side, side]`, bits: 1 cap, 2 stem, 4 drop; 0 where no mushroom is visible. */
  readonly part: Uint8Array;
  /** `[side, side]`, height of the relief in samples, or `unpainted`. */
  readonly relief: Float32Array;
  /** `[painted samples]`, their positions in the picture. */
  readonly places: Int32Array;
  /** `[painted samples, 12]`: red, green, blue, gloss, glow, sky, normal, position in the scene. */
  readonly record: Float32Array;
}

export const unpainted = -1e9;
const bit = { cap: 1, stem: 2, drop: 4 } as const;

/**
 * Chooses the samples to paint. Within a pixel that shows only one solid, two of the four samples on a diagonal are enough; at edges,
 * where the samples differ, all are painted.
 */
function worthPainting({ side, solid }: Visibility): Int32Array {
  const chosen = new Int32Array(side * side);
  let count = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const own = solid[at]!;
      if (own < 0) continue;
      if (((x ^ y) & 1) === 0) chosen[count++] = at;
      else {
        const corner = (y & ~1) * side + (x & ~1);
        const whole =
          solid[corner] === own &&
          solid[corner + 1] === own &&
          solid[corner + side] === own &&
          solid[corner + side + 1] === own;
        if (!whole) chosen[count++] = at;
      }
    }
  }
  return chosen.slice(0, count);
}

/** Evaluates the surface at each chosen sample. `side` of the visibility must be even. */
export function paintSamples(
  actors: readonly Actor[],
  seen: Visibility,
  { viewer, scale }: Camera,
): Painted {
  const { side, solid } = seen;
  const part = new Uint8Array(side * side);
  for (let at = 0; at < part.length; at++) {
    if (solid[at]! >= 0) part[at] = bit[actors[solid[at]!]!.part];
  }
  const relief = new Float32Array(side * side).fill(unpainted);
  const places = worthPainting(seen);
  const record = new Float32Array(12 * places.length);
  const point: SurfacePoint = { u: 0, v: 0, x: 0, y: 0, z: 0, resolution: 1 };
  const paint: Paint = { r: 0, g: 0, b: 0, height: 0, gloss: 0, glow: 0, sky: 1 };
  for (let n = 0, to = 0; n < places.length; n++, to += 12) {
    const at = places[n]!;
    const actor = actors[solid[at]!]!;
    const t = seen.triangle[at]!;
    const i = actor.triangles[t]!;
    const j = actor.triangles[t + 1]!;
    const k = actor.triangles[t + 2]!;
    const w1 = seen.second[at]!;
    const w2 = seen.third[at]!;
    const w0 = 1 - w1 - w2;
    const c = actor.coordinates;
    point.u = w0 * c[5 * i]! + w1 * c[5 * j]! + w2 * c[5 * k]!;
    point.v = w0 * c[5 * i + 1]! + w1 * c[5 * j + 1]! + w2 * c[5 * k + 1]!;
    point.x = w0 * c[5 * i + 2]! + w1 * c[5 * j + 2]! + w2 * c[5 * k + 2]!;
    point.y = w0 * c[5 * i + 3]! + w1 * c[5 * j + 3]! + w2 * c[5 * k + 3]!;
    point.z = w0 * c[5 * i + 4]! + w1 * c[5 * j + 4]! + w2 * c[5 * k + 4]!;
    point.resolution = scale * actor.size;
    actor.surface(point, paint);
    relief[at] = paint.height * point.resolution;
    const { normals: m, positions: p } = actor;
    const nx = w0 * m[3 * i]! + w1 * m[3 * j]! + w2 * m[3 * k]!;
    const ny = w0 * m[3 * i + 1]! + w1 * m[3 * j + 1]! + w2 * m[3 * k + 1]!;
    const nz = w0 * m[3 * i + 2]! + w1 * m[3 * j + 2]! + w2 * m[3 * k + 2]!;
    const facing = nx * viewer[0] + ny * viewer[1] + nz * viewer[2];
    const sign = actor.thin && facing < 0 ? -1 : 1;
    record[to] = paint.r;
    record[to + 1] = paint.g;
    record[to + 2] = paint.b;
    record[to + 3] = paint.gloss;
    record[to + 4] = paint.glow;
    record[to + 5] = paint.sky;
    record[to + 6] = sign * nx;
    record[to + 7] = sign * ny;
    record[to + 8] = sign * nz;
    record[to + 9] = w0 * p[3 * i]! + w1 * p[3 * j]! + w2 * p[3 * k]!;
    record[to + 10] = w0 * p[3 * i + 1]! + w1 * p[3 * j + 1]! + w2 * p[3 * k + 1]!;
    record[to + 11] = w0 * p[3 * i + 2]! + w1 * p[3 * j + 2]! + w2 * p[3 * k + 2]!;
  }
  return { side, part, relief, places, record };
}
