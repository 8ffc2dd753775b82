import { clamp, cosine, hill, sine } from './curve';
import { ringNoise } from './noise';
import { type Solid, sheet, type Vector } from './solid';
import type { Specimen } from './specimen';
import type { Surface } from './surface';

/** A stem that hangs from the cap: its top is at the cap, its base is `length` below. */
export interface StemShape {
  readonly top: number;
  readonly base: number;
  /** Radius at a share of the height: 0 is the base, 1 the top. */
  radius(share: number): number;
  /** A point at a distance of `out` radii from the axis, at a share of the height, and v turns around the axis. */
  point(share: number, v: number, out: number): Vector;
}

export function stemShape(specimen: Specimen, attachment: number): StemShape {
  const { stem, habit, seed } = specimen;
  const top = attachment + 0.12;
  const base = attachment - stem.length;
  const radius = (share: number) => {
    const foot = clamp(1 - share / 0.07);
    const spread =
      1 + stem.bulb * hill((share - 0.09) / habit.stem.bulbReach) * (share < 0.09 ? 0.92 : 1);
    const apex = 1 + 0.18 * hill((share - 1) / 0.16);
    return stem.width * spread * apex * Math.sqrt(1 - foot * foot);
  };
  return {
    top,
    base,
    radius,
    point: (share, v, out) => {
      const lumps = 1 + 0.1 * (ringNoise(v, 4, 3 * share, seed + 7) - 0.5);
      const r = radius(share) * lumps * out;
      const sag = stem.bend * (1 - share) * (1 - share);
      return [sag + r * cosine(v), base + (top - base) * share, r * sine(v)];
    },
  };
}

export function stemSolid(shape: StemShape, bark: Surface): Solid {
  return sheet(
    'stem',
    bark,
    { rows: 26, columns: 28, inward: true, spacing: t => t * (0.45 + 0.55 * t) },
    (u, v) => shape.point(u, v, 1),
  );
}
