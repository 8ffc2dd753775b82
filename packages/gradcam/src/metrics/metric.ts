import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExplainOptions, Explanation } from '../explain';
import type { Explainable } from '../model/source';
import type { Target } from '../targets/target';
import type { Mask, MetricOptions } from './subject';

/** A measure of heat maps, for `compare`. */
export interface Metric {
  /** Which numbers are better; `neither` where they describe a map and do not rate it. */
  readonly better: 'higher' | 'lower' | 'neither';
  /** What it needs: masks of the thing, the model that is explained, or a score that is a probability. Default: nothing. */
  readonly needs?: 'masks' | 'model' | 'probability';
  /** Whether it makes the maps again, of other images or by another model: it then costs what the method costs. Default false. */
  readonly remakes?: boolean;
  /** One number for each image. */
  readonly measure: (input: MetricInput) => readonly number[] | Promise<readonly number[]>;
}

/** The maps of one method, and what they are measured with. */
export interface MetricInput {
  /** The model, prepared. */
  readonly parts: Explainable;
  /** `[N, H, W, C]`, preprocessed; the caller's. */
  readonly images: Tensor;
  /** One for each image. */
  readonly explanations: readonly Explanation[];
  /** One for each image. There for a metric that needs them. */
  readonly masks?: readonly Mask[];
  /** Those of `compare`. There is a `model` for a metric that needs it. */
  readonly options: MetricInputOptions;
  /** What several metrics have in common: computed when the first asks, and kept for the others. */
  once<T>(compute: (input: MetricInput) => Promise<T>): Promise<T>;
}

export interface MetricInputOptions extends MetricOptions {
  /** The method that made the maps; metrics that make maps again call it. */
  readonly method?: ExplainOptions['method'];
  /** The score that the maps explain, where it is another one than the one that is watched. */
  readonly explained?: Target;
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

/** Maps that several metrics measure. */
export function metricInput(given: Omit<MetricInput, 'once'>): MetricInput {
  const computed = new Map<unknown, unknown>();
  const input: MetricInput = {
    ...given,
    once: <T>(compute: (input: MetricInput) => Promise<T>) => {
      if (!computed.has(compute)) computed.set(compute, compute(input));
      return computed.get(compute) as Promise<T>;
    },
  };
  return input;
}

/** The options for making the maps again. */
export function remaking({ explanations, options }: MetricInput) {
  const { method, explained, batch, signal, seed } = options;
  return {
    classIndex: explanations.map(({ classIndex }) => classIndex),
    ...(method && { method }),
    ...(explained && { target: explained }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
    ...(seed !== undefined && { seed }),
  };
}
