/**
 * The nine genera, in the order of their class labels.
 *
 * @example
 * ```ts
 * genera.indexOf('Boletus'); // 2, its label
 * const photos = genera.map(genus => drawMushroom(genus, { seed: 0, size: 64 }));
 * ```
 */
export const genera = [
  'Agaricus',
  'Amanita',
  'Boletus',
  'Cortinarius',
  'Entoloma',
  'Hygrocybe',
  'Lactarius',
  'Russula',
  'Suillus',
] as const;

export type Genus = (typeof genera)[number];

/** Lowest and highest value of a trait that varies in nature, or the young and the old value of a trait that changes with age. */
export type Range = readonly [number, number];

/** The traits of a genus, as a field guide describes them. Lengths are in units of the cap's radius, unless stated otherwise. */
export interface Habit {
  /** Height of the cap's crown: young, old. */
  readonly crown: Range;
  /** Shape of the cap: 0 is a dome, 1 is a cone. */
  readonly cone: Range;
  /** Height of the boss in the middle of the cap. */
  readonly umbo: Range;
  /** Depth of the hollow in the middle of an old cap, and how far out it reaches. */
  readonly hollow: Range;
  readonly hollowReach: number;
  /** How far the margin of an old cap rises. */
  readonly upturn: Range;
  /** How far the margin of a young cap is rolled in, in turns. */
  readonly inroll: number;
  /** How wavy the margin becomes. */
  readonly wave: Range;
  readonly stem: {
    readonly length: Range;
    /** Radius of the stem at its top. */
    readonly width: Range;
    /** How much wider the base of the stem is than its top, and how far up the bulb reaches, as shares. */
    readonly bulb: Range;
    readonly bulbReach: number;
    readonly bend: Range;
  };
  readonly hymenium: 'gills' | 'pores';
  /** Number of gills around the cap, or of pores across a radius. */
  readonly count: Range;
  /** Share of a gill's period that the gill itself occupies. */
  readonly thickness: number;
  /** Where the gills meet the stem: below 0 they run down the stem, above 0 they end before it. */
  readonly attachment: number;
  readonly skin:
    | 'scales'
    | 'warts'
    | 'velvet'
    | 'fibrils'
    | 'silk'
    | 'wax'
    | 'zones'
    | 'matt'
    | 'slime';
  readonly bark:
    | 'smooth'
    | 'belted'
    | 'net'
    | 'rust'
    | 'fibers'
    | 'wax'
    | 'pits'
    | 'chalk'
    | 'dots';
  /**
   * Probability of a ring; the following fields are those of a volva (cup) around the base, of a cobweb
   * veil between margin and stem, and of milk.
   */
  readonly ring: number;
  readonly volva: number;
  readonly cobweb: number;
  readonly milk: number;
}

/**
 * The traits by which the genera are told apart in the field.
 *
 * @see Thomas Laessoe and Jens H. Petersen, Fungi of Temperate Europe, 2019, the keys to the gilled
 * mushrooms and the boletes.
 */
// biome-ignore format: a table
export const habits: Readonly<Record<Genus, Habit>> = {
  Agaricus: {
    crown: [0.85, 0.36], cone: [0, 0.1], umbo: [0, 0], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.05], inroll: 0.07, wave: [0, 0.05],
    stem: { length: [1.3, 1.8], width: [0.2, 0.27], bulb: [0.05, 0.4], bulbReach: 0.25, bend: [0, 0.2] },
    hymenium: 'gills', count: [84, 104], thickness: 0.55, attachment: 0.16,
    skin: 'scales', bark: 'smooth', ring: 0.95, volva: 0, cobweb: 0, milk: 0,
  },
  Amanita: {
    crown: [0.95, 0.32], cone: [0, 0.1], umbo: [0, 0.06], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.08], inroll: 0.04, wave: [0, 0.04],
    stem: { length: [1.7, 2.4], width: [0.14, 0.2], bulb: [0.7, 1.2], bulbReach: 0.2, bend: [0, 0.15] },
    hymenium: 'gills', count: [72, 92], thickness: 0.6, attachment: 0.1,
    skin: 'warts', bark: 'belted', ring: 0.97, volva: 0.95, cobweb: 0, milk: 0,
  },
  Boletus: {
    crown: [0.95, 0.55], cone: [0, 0], umbo: [0, 0], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0], inroll: 0.06, wave: [0, 0.06],
    stem: { length: [1.15, 1.6], width: [0.33, 0.45], bulb: [0.35, 0.85], bulbReach: 0.75, bend: [0, 0.2] },
    hymenium: 'pores', count: [26, 34], thickness: 0.5, attachment: 0,
    skin: 'velvet', bark: 'net', ring: 0, volva: 0, cobweb: 0, milk: 0,
  },
  Cortinarius: {
    crown: [0.85, 0.4], cone: [0, 0.25], umbo: [0, 0.14], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.03], inroll: 0.07, wave: [0, 0.06],
    stem: { length: [1.5, 2], width: [0.17, 0.25], bulb: [0.5, 1.1], bulbReach: 0.35, bend: [0, 0.25] },
    hymenium: 'gills', count: [60, 76], thickness: 0.5, attachment: -0.02,
    skin: 'fibrils', bark: 'rust', ring: 0, volva: 0, cobweb: 0.9, milk: 0,
  },
  Entoloma: {
    crown: [0.95, 0.5], cone: [0.7, 1], umbo: [0.08, 0.2], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.1], inroll: 0.01, wave: [0.02, 0.1],
    stem: { length: [2.4, 3.3], width: [0.09, 0.13], bulb: [0, 0.25], bulbReach: 0.15, bend: [0.05, 0.35] },
    hymenium: 'gills', count: [44, 56], thickness: 0.5, attachment: 0.02,
    skin: 'silk', bark: 'fibers', ring: 0, volva: 0, cobweb: 0, milk: 0,
  },
  Hygrocybe: {
    crown: [1.05, 0.5], cone: [0.2, 0.75], umbo: [0, 0.1], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.08], inroll: 0.01, wave: [0.03, 0.1],
    stem: { length: [1.6, 2.6], width: [0.15, 0.22], bulb: [-0.15, 0.05], bulbReach: 0.3, bend: [0.05, 0.3] },
    hymenium: 'gills', count: [24, 32], thickness: 0.42, attachment: -0.05,
    skin: 'wax', bark: 'wax', ring: 0, volva: 0, cobweb: 0, milk: 0,
  },
  Lactarius: {
    crown: [0.5, 0.3], cone: [0, 0], umbo: [0, 0], hollow: [0.3, 0.55], hollowReach: 0.85,
    upturn: [0.05, 0.22], inroll: 0.08, wave: [0.02, 0.12],
    stem: { length: [0.95, 1.4], width: [0.21, 0.28], bulb: [-0.2, 0.02], bulbReach: 0.5, bend: [0, 0.2] },
    hymenium: 'gills', count: [80, 100], thickness: 0.55, attachment: -0.2,
    skin: 'zones', bark: 'pits', ring: 0, volva: 0, cobweb: 0, milk: 0.9,
  },
  Russula: {
    crown: [0.75, 0.3], cone: [0, 0], umbo: [0, 0], hollow: [0.1, 0.3], hollowReach: 0.65,
    upturn: [0, 0.12], inroll: 0.03, wave: [0.01, 0.08],
    stem: { length: [1.1, 1.55], width: [0.22, 0.3], bulb: [-0.08, 0.08], bulbReach: 0.4, bend: [0, 0.06] },
    hymenium: 'gills', count: [62, 78], thickness: 0.62, attachment: 0.03,
    skin: 'matt', bark: 'chalk', ring: 0, volva: 0, cobweb: 0, milk: 0,
  },
  Suillus: {
    crown: [0.85, 0.42], cone: [0, 0.1], umbo: [0, 0.08], hollow: [0, 0], hollowReach: 0.5,
    upturn: [0, 0.04], inroll: 0.03, wave: [0, 0.06],
    stem: { length: [1.2, 1.7], width: [0.19, 0.26], bulb: [-0.05, 0.15], bulbReach: 0.5, bend: [0, 0.2] },
    hymenium: 'pores', count: [12, 17], thickness: 0.42, attachment: -0.04,
    skin: 'slime', bark: 'dots', ring: 0.6, volva: 0, cobweb: 0, milk: 0,
  },
};
