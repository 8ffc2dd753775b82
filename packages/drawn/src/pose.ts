import { cosine, mix, sine } from './curve';
import { type Figure, grow } from './figure';
import type { Genus, Range } from './genus';
import type { Random } from './random';
import { type Actor, place, type Rotation, type Vector } from './solid';
import { kin } from './specimen';

/** A group of mushrooms of one genus that stand on the ground y = 0 or lie on it. */
export interface Group {
  readonly actors: Actor[];
  /** Angle of view above the ground, in turns. */
  readonly elevation: number;
  /** Position of each mushroom's base, x and z, and the width of the base. */
  readonly feet: Vector[];
}

type Pose = 'upright' | 'leaning' | 'lying';

/** In turns: how far a mushroom leans away from the viewer, which shows its underside, and how far it rolls sideways. */
const tilts: Readonly<Record<Pose, { lean: Range; roll: Range }>> = {
  upright: { lean: [-0.008, 0.012], roll: [0, 0.014] },
  leaning: { lean: [0.02, 0.085], roll: [0, 0.05] },
  lying: { lean: [0.13, 0.2], roll: [0.08, 0.2] },
};

/** Chooses 1 to 4 individuals of one species, and a viewing direction. */
export function gather(genus: Genus, random: Random): Group {
  const { uniform, chance, pick } = random;
  const grown = kin(genus, random);
  const alone = chance(0.45);
  const number = alone ? 1 : pick([2, 2, 2, 3, 3, 4]);
  const elevation = pick([
    uniform(-0.015, 0.02),
    uniform(0, 0.04),
    uniform(0.02, 0.06),
    uniform(0.05, 0.09),
    uniform(0.085, 0.14),
  ]);
  const age = uniform(0.15, 0.95);
  const group: Group = { actors: [], elevation, feet: [] };
  const taken: { x: number; z: number; reach: number }[] = [];
  for (let i = 0; i < number; i++) {
    // From above, caps hide their gills, so a mushroom lies on its side more often, as if somebody had laid it down.
    const lying = i === 0 ? (alone ? 0.2 : 0.08) : elevation > 0.05 ? 0.5 : 0.25;
    const pose: Pose = chance(lying) ? 'lying' : chance(0.35) ? 'leaning' : 'upright';
    const own = i === 0 ? age : Math.min(1, Math.max(0.08, age + uniform(-0.45, 0.3)));
    const size = (i === 0 ? 1 : uniform(0.55, 0.95)) * mix(0.75, 1, Math.min(1, own * 1.6));
    const figure = grow(grown(own, random), random);
    const reach = size * (pose === 'lying' ? 1.15 : 0.95);
    let x = 0;
    let z = 0;
    if (i > 0) {
      const near = taken[i === 3 ? 1 : 0]!;
      // The third mushroom stands on the opposite side of the first from the second; the others stand on either side.
      const right = i === 2 ? taken[1]!.x <= 0 : chance(0.5);
      const side = right ? 1 : -1;
      x = near.x + side * (near.reach + reach) * uniform(0.5, 0.8);
      z = near.z + uniform(-1.1, 0.6) + (pose === 'lying' ? 0.7 : 0);
    }
    taken.push({ x, z, reach });
    stand(figure, pose, size, x, z, random, group);
  }
  return group;
}

/** Tilts a figure about its base, or lays it down with its underside towards the viewer. */
function stand(
  figure: Figure,
  pose: Pose,
  size: number,
  x: number,
  z: number,
  { uniform, chance }: Random,
  group: Group,
): void {
  // The seam of the skin, at v = 0, is turned away from the viewer.
  const spin = uniform(0.1, 0.4);
  const lean = uniform(...tilts[pose].lean);
  const roll = uniform(...tilts[pose].roll) * (chance(0.5) ? 1 : -1);
  const rotation = turn(spin, lean, roll);
  const [fx, fy, fz] = figure.foot;
  const foot = rotation.map(([a, b, c]) => size * (a * fx + b * fy + c * fz));
  for (const solid of figure.solids) place(solid, rotation, size, [0, 0, 0]);
  let lowest = 1e9;
  if (pose === 'lying') {
    for (const { positions } of figure.solids) {
      for (let i = 1; i < positions.length; i += 3) lowest = Math.min(lowest, positions[i]!);
    }
  }
  const sunk = pose === 'lying' ? -lowest - 0.03 : -foot[1]! - 0.05 * size;
  const shift: Vector = pose === 'lying' ? [x, sunk, z] : [x - foot[0]!, sunk, z - foot[2]!];
  const still: Rotation = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (const solid of figure.solids) {
    place(solid, still, 1, shift);
    group.actors.push({ ...solid, size });
  }
  group.feet.push([x, pose === 'lying' ? 0 : size, z]);
}

/** Rotates first about the upright axis, then backwards about x, then sideways about z; angles are in turns. */
function turn(spin: number, lean: number, roll: number): Rotation {
  const [cs, ss] = [cosine(spin), sine(spin)];
  const [cl, sl] = [cosine(-lean), sine(-lean)];
  const [cr, sr] = [cosine(roll), sine(roll)];
  const row0: Vector = [cs, 0, ss];
  const row1: Vector = [sl * ss, cl, -sl * cs];
  const row2: Vector = [-cl * ss, sl, cl * cs];
  const combine = (a: number, b: number): Vector => [
    a * row0[0] + b * row1[0],
    a * row0[1] + b * row1[1],
    a * row0[2] + b * row1[2],
  ];
  return [combine(cr, -sr), combine(sr, cr), row2];
}
