import { blend, type Color, color, vary } from './color';
import { clamp, mix } from './curve';
import { type Genus, type Habit, habits, type Range } from './genus';
import type { Random } from './random';
import { speciesOf } from './species';

/** One mushroom: the traits of its genus with definite values. Lengths are in units of its own cap's radius. */
export interface Specimen {
  readonly habit: Habit;
  /** Age: 0 is a button, 1 is about to rot. */
  readonly age: number;
  /** Seed of the noise in its skin. */
  readonly seed: number;
  readonly cap: {
    readonly crown: number;
    readonly cone: number;
    readonly umbo: number;
    readonly hollow: number;
    readonly upturn: number;
    readonly inroll: number;
    readonly wave: number;
    /** How far the cap leans against the stem, as a slope. */
    readonly lean: number;
  };
  readonly stem: {
    readonly length: number;
    readonly width: number;
    readonly bulb: number;
    readonly bend: number;
  };
  readonly count: number;
  readonly ring: boolean;
  readonly volva: boolean;
  readonly cobweb: boolean;
  readonly milk: boolean;
  /** How strongly the marks of the genus show, 0.6 to 1. */
  readonly marked: number;
  readonly colors: {
    readonly cap: Color;
    readonly center: Color;
    readonly hymenium: Color;
    readonly stem: Color;
    readonly mark: Color;
  };
}

/** Makes individuals of one group, which share their species and its colors. */
export type Kin = (age: number, random: Random) => Specimen;

/** Chooses a species, and returns a function that makes individuals of it. */
export function kin(genus: Genus, random: Random): Kin {
  const habit = habits[genus];
  const species = random.pick(speciesOf[genus]);
  const cap = vary(color(species.cap), 0.2, random);
  const center = vary(color(species.center), 0.12, random);
  const young = vary(color(species.hymenium[0]), 0.08, random);
  const old = vary(color(species.hymenium[1]), 0.08, random);
  const stem = vary(color(species.stem), 0.1, random);
  const mark = vary(color(species.mark), 0.08, random);
  const count = Math.round(random.uniform(...habit.count));

  return (age, individual) => {
    const { uniform, chance, integer } = individual;
    const between = (range: Range) => uniform(range[0], range[1]);
    const button = clamp(1 - 1.8 * age);
    const ripe = clamp((age - 0.25) / 0.6);
    return {
      habit,
      age,
      seed: integer(1, 1 << 28),
      cap: {
        crown: mix(habit.crown[0], habit.crown[1], clamp(age + uniform(-0.12, 0.12))),
        cone: between(habit.cone),
        umbo: between(habit.umbo),
        hollow: between(habit.hollow) * mix(0.45, 1, ripe),
        upturn: between(habit.upturn) * ripe,
        inroll: habit.inroll * (1 - ripe),
        wave: between(habit.wave) * (0.4 + ripe),
        lean: uniform(-0.1, 0.1),
      },
      stem: {
        length: between(habit.stem.length) * mix(1, 0.85, button),
        width: between(habit.stem.width) * mix(1, 1.45, button),
        bulb: between(habit.stem.bulb),
        bend: between(habit.stem.bend) * (chance(0.5) ? -1 : 1),
      },
      count,
      ring: chance(habit.ring),
      volva: chance(habit.volva),
      cobweb: chance(habit.cobweb) && age < 0.7,
      milk: chance(habit.milk),
      marked: uniform(0.6, 1),
      colors: { cap, center, hymenium: blend(young, old, clamp(age * 1.1 - 0.1)), stem, mark },
    };
  };
}
