import { bark } from './bark';
import { type CapShape, capShape, capSolids } from './cap';
import { cloth, crumb, milk, thread } from './cloth';
import { blend } from './color';
import { gills, pores } from './hymenium';
import type { Random } from './random';
import { skin } from './skin';
import type { Solid } from './solid';
import type { Specimen } from './specimen';
import { stemShape, stemSolid } from './stem';
import { belts, cobweb, lump, ring, seat, volva, warts } from './veil';

/** All solids of one mushroom, in units of the cap's radius: the cap around the origin, the stem below it. */
export interface Figure {
  readonly solids: Solid[];
  /** Position of the base of the stem. */
  readonly foot: readonly [x: number, y: number, z: number];
}

export function grow(specimen: Specimen, random: Random): Figure {
  const { habit, colors } = specimen;
  const cap = capShape(specimen);
  const stem = stemShape(specimen, cap.attachment);
  const solids = capSolids(
    cap,
    skin(specimen),
    (habit.hymenium === 'gills' ? gills : pores)(specimen),
  );
  solids.push(stemSolid(stem, bark(specimen)));
  if (specimen.ring) solids.push(ring(specimen, stem, cloth(specimen, 0.5), random));
  if (habit.skin === 'warts') {
    const egg = crumb(specimen, colors.mark);
    solids.push(...warts(specimen, cap, egg, random));
    if (specimen.volva && random.chance(0.65)) {
      solids.push(volva(specimen, stem, cloth(specimen, 0.25), random));
    } else solids.push(...belts(stem, egg, random));
  }
  if (specimen.cobweb) solids.push(cobweb(cap, stem, thread(specimen), random));
  if (specimen.milk) solids.push(...drops(specimen, cap, random));
  return { solids, foot: stem.point(0, 0.5, 0) };
}

/** Makes the drops of milk that appear where gills were damaged. */
function drops(specimen: Specimen, cap: CapShape, random: Random): Solid[] {
  const { uniform, integer } = random;
  const white = {
    ...specimen,
    colors: { ...specimen.colors, mark: blend(specimen.colors.mark, [0.95, 0.9, 0.8], 0.25) },
  };
  const surface = milk(white);
  const solids: Solid[] = [];
  const wounds = integer(3, 5);
  for (let i = 0; i < wounds; i++) {
    const v = uniform();
    const from = uniform(0.05, 0.5);
    for (let k = integer(2, 5); k > 0; k--) {
      const { at, normal } = seat(cap.underside, from + uniform(0, 0.25), v + uniform(-0.03, 0.03));
      const radius = uniform(0.022, 0.045);
      const shape = { center: at, normal, radius, height: 1.2 * radius, ragged: 0.1 };
      solids.push(lump('drop', surface, shape, integer(1, 1 << 28)));
    }
  }
  return solids;
}
