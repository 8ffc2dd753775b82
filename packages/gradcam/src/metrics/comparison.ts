import type { Tensor4D } from '@tensorflow/tfjs-core';
import { centreBaseline, emptyBaseline, randomBaseline, sobelBaseline } from '../baselines';
import type { Procedure } from '../evidence';
import { type ExplainOptions, type Explanation, explain } from '../explain';
import type { Method } from '../methods';
import type { Split } from '../split';
import { adcc, arcc, type CoherencyOptions } from './coherency';
import { complexity, sparseness } from './concentration';
import { confidenceChange } from './confidence';
import { deletion, insertion } from './deletion';
import {
  energyInMask,
  intersectionOverUnion,
  type Mask,
  pointingGame,
  rankAccuracy,
} from './localisation';
import { road } from './road';
import { infidelity, sensitivity } from './robustness';
import type { MetricOptions } from './subject';

type Watch = (
  parts: Split,
  images: Tensor4D,
  explanations: readonly Explanation[],
  options: CoherencyOptions & Pick<ComparisonOptions, 'steps'>,
) => Promise<number[]>;

const watched = {
  road: async (...given) => (await road(...given)).map(({ combined }) => combined),
  deletion: async (...given) => (await deletion(...given)).map(({ area }) => area),
  insertion: async (...given) => (await insertion(...given)).map(({ area }) => area),
  averageDrop: async (...given) =>
    (await confidenceChange(...given)).map(({ relativeDrop }) => relativeDrop),
  averageIncrease: async (...given) =>
    (await confidenceChange(...given)).map(({ increased }) => Number(increased)),
  averageGain: async (...given) => (await confidenceChange(...given)).map(({ gain }) => gain),
  adcc: async (...given) => (await adcc(...given)).map(({ score }) => score),
  arcc: async (...given) => (await arcc(...given)).map(({ score }) => score),
  infidelity,
  sensitivity: (parts, images, explanations, { method, explained, target: _, ...options }) =>
    sensitivity(parts, images, {
      ...options,
      classIndex: explanations.map(({ classIndex }) => classIndex),
      ...(method && { method }),
      ...(explained && { target: explained }),
    }),
  sparseness: async (_parts, _images, explanations) =>
    explanations.map(({ map }) => sparseness(map)),
  complexity: async (_parts, _images, explanations) =>
    explanations.map(({ map }) => complexity(map)),
} as const satisfies Record<string, Watch>;

const located = {
  pointingGame: (...given) => Number(pointingGame(...given)),
  energyInMask,
  intersectionOverUnion,
  rankAccuracy,
} as const satisfies Record<string, (map: Explanation['map'], mask: Mask) => number>;

const baselines = {
  random: randomBaseline(),
  centre: centreBaseline,
  sobel: sobelBaseline,
  empty: emptyBaseline,
} as const;

const usual = ['road', 'deletion', 'insertion', 'averageDrop', 'averageIncrease'] as const;

/**
 * A small number is better for `deletion`, `averageDrop`, `infidelity`, `sensitivity` and `complexity`, a large one for the
 * others.
 */
export type MetricName = keyof typeof watched | keyof typeof located;

export interface ComparisonOptions extends MetricOptions {
  /** Steps of deletion and insertion. Default 20. */
  readonly steps?: number;
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /** What the maps explain. Default the logit; `target` is what the metrics watch. */
  readonly explained?: ExplainOptions['target'];
  /** Which metrics besides those with masks. Default ROAD, deletion, insertion, average drop and increase. */
  readonly metrics?: readonly (keyof typeof watched)[];
  /** Where the thing is, one mask an image; with them the pointing game, energy, intersection over union and rank accuracy. */
  readonly masks?: readonly Mask[];
}

/** A method that looks at another tap than the others. */
export interface MethodAt {
  readonly parts: Split;
  readonly method: Method | Procedure;
}

type Compared = Readonly<Record<string, Method | Procedure | MethodAt>>;

export interface ComparisonRow {
  readonly name: string;
  /** Whether it looks at nothing that the model computes: what a method has to be better than. */
  readonly baseline: boolean;
  /** Means over the images. */
  readonly scores: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Methods side by side, always with the baselines random, centre, Sobel and empty beside them.
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 * @throws RangeError when there are not as many masks as images, or a mask has nothing inside.
 */
export async function compare(
  parts: Split,
  images: Tensor4D,
  methods: Compared,
  options: ComparisonOptions = {},
): Promise<ComparisonRow[]> {
  const { classIndex, explained, masks, batch, signal } = options;
  const { metrics = usual as readonly (keyof typeof watched)[] } = options;
  if (masks && masks.length !== images.shape[0])
    throw new RangeError(`There are ${images.shape[0]} images and ${masks.length} masks.`);
  const passed = {
    ...(classIndex !== undefined && { classIndex }),
    ...(explained && { target: explained }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
  };
  const rows: ComparisonRow[] = [];
  const named = (given: Compared, baseline: boolean) =>
    Object.entries(given).map(([name, method]) => ({
      name,
      baseline,
      ...('parts' in method ? method : { parts, method }),
    }));
  for (const { name, baseline, ...at } of [...named(methods, false), ...named(baselines, true)]) {
    const { method } = at;
    const explanations = await explain(at.parts, images, { ...passed, method });
    const scores: Partial<Record<MetricName, number>> = {};
    for (const metric of metrics)
      scores[metric] = mean(
        await watched[metric](at.parts, images, explanations, { ...options, method }),
      );
    if (masks) {
      for (const metric of Object.keys(located) as (keyof typeof located)[])
        scores[metric] = mean(
          explanations.map(({ map }, image) => located[metric](map, masks[image]!)),
        );
    }
    rows.push({ name, baseline, scores });
  }
  return rows;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
