import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Explanation } from '../explain';
import type { Explainable } from '../model/source';
import type { Target } from '../targets/target';
import type { CoherencyOptions } from './coherency';
import { adccOf, arccOf, coherency, percentilesOfArcc } from './composites';
import { complexity, sparseness } from './concentration';
import { confidenceChange } from './confidence';
import { deletion, insertion } from './deletion';
import { randomization } from './randomization';
import { road, roadAt, usualPercentiles } from './road';
import { infidelity, sensitivity } from './robustness';

export interface WatchOptions extends CoherencyOptions {
  /** Steps of deletion and insertion. Default 20. */
  readonly steps?: number;
  /** Of ROAD. Default 10, 20, to 90. */
  readonly percentiles?: readonly number[];
  /** Jittered images of `sensitivity`. Default 10. */
  readonly samples?: number;
  /** An integer, of everything that is drawn at random. Default 0. */
  readonly seed?: number;
  /** The model that is explained, for `randomization`; **it is changed while that runs**, and has its own weights back afterwards. */
  readonly model?: LayersModel;
}

/** What a row of a comparison adds: it may explain another score than the one that is watched of all. */
export interface RowOptions extends WatchOptions {
  readonly explained?: Target;
}

/** Maps with what several metrics have in common, measured once. */
interface Watched {
  readonly parts: Explainable;
  readonly images: Tensor;
  readonly explanations: readonly Explanation[];
  readonly options: RowOptions;
  readonly removed: () => ReturnType<typeof road>;
  readonly change: () => ReturnType<typeof confidenceChange>;
  readonly alike: () => ReturnType<typeof coherency>;
}

export function watchedMaps(
  parts: Explainable,
  images: Tensor,
  explanations: readonly Explanation[],
  options: RowOptions,
): Watched {
  const once = <T>(measure: () => Promise<T>) => {
    let measured: Promise<T> | undefined;
    return () => (measured ??= measure());
  };
  const { explained } = options;
  return {
    parts,
    images,
    explanations,
    options,
    removed: once(() => road(parts, images, explanations, options)),
    change: once(() => confidenceChange(parts, images, explanations, options)),
    alike: once(() =>
      coherency(parts, images, explanations, {
        ...options,
        ...(explained && { target: explained }),
      }),
    ),
  };
}

/** Metrics that take the score for a share of 0 to 1. */
export const metricsOfShares: ReadonlySet<string> = new Set([
  'averageDrop',
  'averageGain',
  'adcc',
  'arcc',
]);

/** One number an image, of each metric that looks at the score. */
export const metricsOfScore = {
  road: async ({ removed }) => (await removed()).map(({ combined }) => combined),
  deletion: async ({ parts, images, explanations, options }) =>
    (await deletion(parts, images, explanations, options)).map(({ area }) => area),
  insertion: async ({ parts, images, explanations, options }) =>
    (await insertion(parts, images, explanations, options)).map(({ area }) => area),
  averageDrop: async ({ change }) => (await change()).map(({ relativeDrop }) => relativeDrop),
  averageIncrease: async ({ change }) => (await change()).map(({ increased }) => Number(increased)),
  averageGain: async ({ change }) => (await change()).map(({ gain }) => gain),
  adcc: async ({ alike, change }) =>
    adccOf(await alike(), await change()).map(({ score }) => score),
  arcc: async ({ alike, removed, parts, images, explanations, options }) => {
    const { percentiles = usualPercentiles } = options;
    const wanted = percentilesOfArcc;
    const at = wanted.every(percent => percentiles.includes(percent))
      ? (await removed()).map(each => roadAt(each, percentiles, wanted))
      : await road(parts, images, explanations, { ...options, percentiles: wanted });
    return arccOf(await alike(), at).map(({ score }) => score);
  },
  infidelity: ({ parts, images, explanations, options: { samples: _, ...options } }) =>
    infidelity(parts, images, explanations, options),
  sensitivity: ({ parts, images, explanations, options }) =>
    sensitivity(parts, images, {
      ...remaking(explanations, options),
      ...(options.samples !== undefined && { samples: options.samples }),
    }),
  randomization: async ({ parts, images, explanations, options }) => {
    if (!options.model)
      throw new TypeError("The metric 'randomization' needs the model: compare(..., { model }).");
    const stages = await randomization(options.model, parts, images, {
      ...remaking(explanations, options),
      stages: 2,
    });
    return explanations.map((_, image) =>
      Math.max(...stages.map(({ similarity }) => similarity[image]!)),
    );
  },
  sparseness: async ({ explanations }) => explanations.map(({ map }) => sparseness(map)),
  complexity: async ({ explanations }) => explanations.map(({ map }) => complexity(map)),
} as const satisfies Record<string, (maps: Watched) => Promise<number[]>>;

/** The options of a metric that makes the maps again. */
function remaking(
  explanations: readonly Explanation[],
  { method, explained, batch, signal, seed }: RowOptions,
) {
  return {
    classIndex: explanations.map(({ classIndex }) => classIndex),
    ...(method && { method }),
    ...(explained && { target: explained }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
    ...(seed !== undefined && { seed }),
  };
}
