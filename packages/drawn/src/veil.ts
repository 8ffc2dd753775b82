import type { CapShape } from './cap';
import { clamp, cosine, hill, mix, sine } from './curve';
import { ringNoise } from './noise';
import type { Random } from './random';
import { type Part, type Solid, sheet, type Vector } from './solid';
import type { Specimen } from './specimen';
import type { StemShape } from './stem';
import type { Surface } from './surface';

/** Makes a ring: a skirt on the stem, the remains of the skin that covered the gills. */
export function ring(specimen: Specimen, stem: StemShape, surface: Surface, random: Random): Solid {
  const { uniform } = random;
  const thick = specimen.habit.hymenium === 'pores';
  const share = uniform(0.68, 0.78);
  const flare = specimen.stem.width * (thick ? 0.35 : uniform(0.7, 1.15));
  const drop = thick ? 0.1 : uniform(0.16, 0.3);
  const { seed } = specimen;
  return sheet('stem', surface, { rows: 7, columns: 48, thin: true }, (u, v) => {
    const frill = ringNoise(v, 9, 0.3, seed + 3) - 0.5;
    const [x, y, z] = stem.point(share, v, 1.02);
    const out = flare * (u * 0.55 + 0.45 * u * u) * (1 + 0.5 * frill * u);
    const puff = thick ? 0.06 * hill(2 * u - 1) : 0.03 * hill(2 * u - 0.6);
    return [
      x + (out + puff) * cosine(v),
      y - drop * u * (1 + 0.7 * frill),
      z + (out + puff) * sine(v),
    ];
  });
}

/** Makes a volva: a ragged cup around the base, the remains of the skin that enclosed the young mushroom. */
export function volva(
  specimen: Specimen,
  stem: StemShape,
  surface: Surface,
  random: Random,
): Solid {
  const height = random.uniform(0.22, 0.36);
  const gape = random.uniform(1.15, 1.4);
  const { seed } = specimen;
  return sheet('stem', surface, { rows: 10, columns: 44, thin: true }, (u, v) => {
    const torn = 0.65 + 0.7 * ringNoise(v, 7, 1.7, seed + 5);
    const share = u * height * torn;
    return stem.point(share, v, mix(1.06, gape, u * u) + 0.1 * hill(2 * u - 1));
  });
}

/** A lump on a surface: a wart, a shred of veil, a drop. Low lumps are patches, high lumps cones. */
export interface Lump {
  readonly center: Vector;
  readonly normal: Vector;
  readonly radius: number;
  readonly height: number;
  /** How irregular its outline is, 0 to 1. */
  readonly ragged: number;
}

export function lump(part: Part, surface: Surface, shape: Lump, seed: number): Solid {
  const { center, normal: n, radius, height, ragged } = shape;
  // Two directions perpendicular to the normal. The first is made from an axis that is far from parallel to the normal.
  const along: Vector = n[1] > 0.8 || n[1] < -0.8 ? [1, 0, 0] : [0, 1, 0];
  const dot = along[0] * n[0] + along[1] * n[1] + along[2] * n[2];
  const a = unit([along[0] - dot * n[0], along[1] - dot * n[1], along[2] - dot * n[2]]);
  const b: Vector = [
    n[1] * a[2] - n[2] * a[1],
    n[2] * a[0] - n[0] * a[2],
    n[0] * a[1] - n[1] * a[0],
  ];
  return sheet(part, surface, { rows: 3, columns: 8, inward: true }, (u, v) => {
    const r = radius * sine(u * 0.25) * (1 + ragged * (ringNoise(v, 5, 0.5, seed) - 0.5) * 1.6 * u);
    const h = height * (cosine(u * 0.25) * (1 - 0.3 * ragged * ringNoise(v, 4, 9, seed)) - 0.15);
    const x = r * cosine(v);
    const y = r * sine(v);
    return [
      center[0] + h * n[0] + x * a[0] + y * b[0],
      center[1] + h * n[1] + x * a[1] + y * b[1],
      center[2] + h * n[2] + x * a[2] + y * b[2],
    ];
  });
}

/** Computes the position and the outward normal of a point of the cap. */
export function seat(side: CapShape['top'], u: number, v: number): { at: Vector; normal: Vector } {
  const at = side(u, v);
  const [p, q] = [side(Math.min(1, u + 0.02), v), side(Math.max(0, u - 0.02), v)];
  const [s, t] = [side(u, v + 0.01), side(u, v - 0.01)];
  const [ax, ay, az] = [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  const [bx, by, bz] = [s[0] - t[0], s[1] - t[1], s[2] - t[2]];
  return { at, normal: unit([by * az - bz * ay, bz * ax - bx * az, bx * ay - by * ax]) };
}

/** Makes warts scattered over the cap: small towards the margin, some washed away by rain. */
export function warts(
  specimen: Specimen,
  cap: CapShape,
  surface: Surface,
  random: Random,
): Solid[] {
  const { uniform, chance, integer } = random;
  const solids: Solid[] = [];
  const size = uniform(0.055, 0.1) * mix(1.25, 1, specimen.age);
  const washed = uniform(0, 0.25);
  const peaked = uniform(0.35, 0.9);
  const circles = Math.round(0.62 / size);
  for (let i = 0; i < circles; i++) {
    const u = (i + 0.5) / circles;
    const around = Math.max(1, Math.round((2.4 * sine(u * 0.25)) / size));
    for (let j = 0; j < around; j++) {
      if (chance(washed)) continue;
      const radius = size * mix(1.1, 0.55, u) * uniform(0.6, 1.25);
      const { at, normal } = seat(
        cap.top,
        clamp(u + uniform(-0.5, 0.5) / circles, 0.02, 0.98),
        (j + uniform(0, 0.8)) / around,
      );
      const shape = {
        center: at,
        normal,
        radius,
        height: radius * peaked,
        ragged: uniform(0.3, 0.8),
      };
      solids.push(lump('cap', surface, shape, integer(1, 1 << 28)));
    }
  }
  return solids;
}

/** Makes shreds of veil around a bulb, as on the fly agaric. */
export function belts(stem: StemShape, surface: Surface, random: Random): Solid[] {
  const { uniform, integer } = random;
  const solids: Solid[] = [];
  for (const share of [0.1, 0.17, 0.24]) {
    const around = integer(12, 16);
    for (let j = 0; j < around; j++) {
      const v = (j + uniform(0, 0.5)) / around;
      const at = stem.point(share + uniform(-0.012, 0.012), v, 1);
      const shape = {
        center: at,
        normal: unit([cosine(v), 0.5, sine(v)]),
        radius: uniform(0.04, 0.07),
        height: 0.05,
        ragged: 0.6,
      };
      solids.push(lump('stem', surface, shape, integer(1, 1 << 28)));
    }
  }
  return solids;
}

/** Makes the thin strands of the cobweb veil between a young margin and the stem. */
export function cobweb(cap: CapShape, stem: StemShape, surface: Surface, random: Random): Solid {
  const strands = 64;
  const stray = Array.from({ length: strands + 1 }, () => random.uniform(-0.014, 0.014));
  const share = random.uniform(0.7, 0.8);
  const solid = sheet('stem', surface, { rows: 5, columns: 2 * strands, thin: true }, (u, v) => {
    const column = Math.round(v * 2 * strands);
    const strand = Math.floor(column / 2);
    const turn = strand / strands + (column % 2) * 0.0024;
    const from = cap.underside(0.03, turn + stray[strand]!);
    const to = stem.point(share + 3 * stray[(strand + 9) % strands]!, turn, 1);
    const sag = -4 * Math.abs(stray[strand]!) * hill(2 * u - 1);
    return [mix(from[0], to[0], u), mix(from[1], to[1], u) + sag, mix(from[2], to[2], u)];
  });
  // Every second column of the grid is a gap.
  const triangles = solid.triangles.filter((_, at) => Math.floor(at / 6) % 2 === 0);
  return { ...solid, triangles };
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.sqrt(x * x + y * y + z * z + 1e-20);
  return [x / length, y / length, z / length];
}
