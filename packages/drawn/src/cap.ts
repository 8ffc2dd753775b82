import { clamp, cosine, hill, mix, sine } from './curve';
import { noise, ringNoise } from './noise';
import { type Solid, sheet, type Vector } from './solid';
import type { Specimen } from './specimen';
import type { Surface } from './surface';

/**
 * The two sides of a cap as functions of u, which runs outwards on the top and inwards on the underside, and v, which runs around the cap.
 */
export interface CapShape {
  /** The top of the cap. u is 0 at the apex and 1 at the margin. */
  top(u: number, v: number): Vector;
  /** The underside of the cap. u is 0 at the margin and 1 at the stem. */
  underside(u: number, v: number): Vector;
  /** Height at which the underside meets the stem. */
  readonly attachment: number;
}

/** Shapes the cap, in units of its radius. Its apex is above the origin, and its margin is near y = 0. */
export function capShape(specimen: Specimen): CapShape {
  const { cap, habit, stem, seed } = specimen;
  const edge = 0.25 + cap.inroll;

  const profile = (u: number): readonly [radius: number, y: number] => {
    const turn = u * edge;
    const radius = sine(turn);
    const dome = cosine(turn);
    // The flank of a cone is straight, but its tip is rounded.
    const flank = Math.sqrt((1 - radius) * (1 - radius) + 0.012) - 0.11;
    const y =
      cap.crown * (dome > 0 ? mix(dome, Math.max(0, flank), cap.cone) : dome) +
      cap.umbo * hill(radius / 0.34) -
      cap.hollow * hill(radius / habit.hollowReach) +
      cap.upturn * radius * radius * radius;
    return [radius, y];
  };
  /** Margins are never perfectly round or level. */
  const bend = (radius: number, y: number, v: number): Vector => {
    const swell = ringNoise(v, 5, 0.5, seed) - 0.5 + 0.6 * (ringNoise(v, 11, 2.5, seed) - 0.5);
    const bumps = noise(3 * radius * cosine(v) + 40, 3 * radius * sine(v) + 40, seed) - 0.5;
    const r = radius * (1 + (0.05 + 0.6 * cap.wave) * swell * radius * radius);
    const x = r * cosine(v);
    const lift =
      1.8 * cap.wave * swell * radius * radius * radius + 0.05 * bumps * (1 - 0.5 * radius);
    return [x, y + lift + cap.lean * x, r * sine(v)];
  };

  const [marginRadius, marginY] = profile(1);
  const floor = profile(0.12)[1] - (habit.hymenium === 'pores' ? 0.32 : 0.2);
  const attachment = Math.min(floor, marginY + 0.1 * cap.crown) + Math.min(0, habit.attachment);
  const inner = stem.width * 0.9;
  // Pores form a cushion that bulges downwards; gills follow the shape of the flesh.
  const belly = habit.hymenium === 'pores' ? -0.12 : habit.attachment < -0.1 ? 0.02 : 0.05;

  return {
    attachment,
    top: (u, v) => bend(...profile(u), v),
    underside: (u, v) => {
      const radius = mix(marginRadius, inner, u);
      const free = habit.attachment > 0 ? habit.attachment * hill((u - 1) / 0.25) : 0;
      const arch = belly * 4 * u * (1 - u) + free * clamp(8 * u);
      return bend(radius, mix(marginY, attachment, u * mix(u, 1, 0.7)) + arch, v);
    },
  };
}

/** Makes the solids of a cap: the skin above, gills or pores below. */
export function capSolids(shape: CapShape, skin: Surface, hymenium: Surface): Solid[] {
  return [
    sheet('cap', skin, { rows: 26, columns: 72 }, shape.top),
    sheet('cap', hymenium, { rows: 10, columns: 72 }, shape.underside),
  ];
}
