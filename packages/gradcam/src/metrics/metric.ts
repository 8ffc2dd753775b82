import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExplainOptions, Explanation } from '../explain';
import type { Explainable } from '../model/source';
import type { Target } from '../targets/target';
import type { Mask, MetricOptions } from './subject';

/** A metric of heat maps, for `compare`. */
export interface Metric {
  /** Which numbers are better; `neither` if they describe a map without rating it. */
  readonly better: 'higher' | 'lower' | 'neither';
  /** What the metric needs: masks of the object, the explained model, or a score that is a probability. Default: nothing. */
  readonly needs?: 'masks' | 'model' | 'probability';
  /**
   * Whether the metric makes maps again, for other images or with another model. It then takes as much time
   * as the method for each map. Default false.
   */
  readonly remakes?: boolean;
  /** Computes one number per image. */
  readonly measure: (input: MetricInput) => readonly number[] | Promise<readonly number[]>;
}

/** The maps of one method, and what metrics need to measure them. */
export interface MetricInput {
  /** The prepared model. */
  readonly parts: Explainable;
  /** `[N, H, W, C]`, preprocessed. The caller keeps them. */
  readonly images: Tensor;
  /** Explanations, one per image. */
  readonly explanations: readonly Explanation[];
  /** Masks, one per image; present if the metric needs them. */
  readonly masks?: readonly Mask[];
  /** The options of `compare`. `model` is present if the metric needs it. */
  readonly options: MetricInputOptions;
  /** Computes a value that several metrics share when the first metric asks for it, and keeps it for the others. */
  once<T>(compute: (input: MetricInput) => Promise<T>): Promise<T>;
}

export interface MetricInputOptions extends MetricOptions {
  /** The method that made the maps. Metrics that make maps again call it. */
  readonly method?: ExplainOptions['method'];
  /** The score that the maps explain, if it differs from the measured score. */
  readonly explained?: Target;
  /** Number of steps of deletion and insertion. Default 20. */
  readonly steps?: number;
  /** Percentiles of ROAD. Default 10, 20, to 90. */
  readonly percentiles?: readonly number[];
  /** Number of slightly changed images for `sensitivity`. Default 10. */
  readonly samples?: number;
  /** Seed of everything that is random, an integer. Default 0. */
  readonly seed?: number;
  /** The explained model, for `randomization`. **Its weights are changed while the metric runs** and restored afterwards. */
  readonly model?: LayersModel;
}

/** Prepares maps so that several metrics can measure them. */
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

/** Returns the options for making the maps again. */
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
