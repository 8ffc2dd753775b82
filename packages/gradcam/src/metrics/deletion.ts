import type { Tensor } from '@tensorflow/tfjs-core';
import { atLeastOne, oneOf } from '../methods/method';
import type { Explainable } from '../model/source';
import type { Pixels } from './imputation';
import type { Metric } from './metric';
import { type ClassMap, type MetricOptions, subjectsOf } from './subject';
import { expectedScores } from './ties';

export interface CurveOptions extends MetricOptions {
  /** Number of steps from the first image to the last. Default 20. */
  readonly steps?: number;
  /**
   * What replaces a removed pixel: 0 in the model's units, the mean color of the image, or the blurred image (Gaussian, 5 pixels wide at
   * 224). Default: 0 for deletion, blurred for insertion, as in the paper.
   */
  readonly fill?: 'zero' | 'mean' | 'blur';
  /**
   * If a step ends within a group of equal values, the group is removed in this many random orders and the mean of the scores counts.
   * Default 2, one the reverse of the other. For a map with many zeros, up to this many times as many forward passes are needed.
   */
  readonly draws?: number;
}

export interface Curve {
  /** The score after each step, including the start: `steps + 1` values. */
  readonly scores: readonly number[];
  /** The area under the curve of scores, as the share of pixels goes from 0 to 1. */
  readonly area: number;
}

/**
 * Deletion: how fast the score falls when pixels are deleted, the hottest first; a small area is better. Petsiuk et al. 2018
 * (RISE). https://arxiv.org/abs/1806.07421
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const [{ scores, area }] = await deletion(model, images, explanations, { steps: 10, fill: 'mean' });
 * // scores has 11 values, from the whole image to its mean color
 * ```
 */
export function deletion(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CurveOptions = {},
): Promise<Curve[]> {
  const { fill = 'zero' } = options;
  oneOf(fill, fillNames, 'fill');
  return curves(model, images, explanations, options, pixels => [
    pixels.values,
    fills[fill](pixels),
  ]);
}

/**
 * Insertion: how fast the score rises when pixels are inserted into an image without content, the hottest first; a large area is better.
 * The source and the parameters are those of {@link deletion}.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const [{ area }] = await insertion(model, images, explanations, { signal }); // from a blurred image to the whole one
 * ```
 */
export function insertion(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CurveOptions = {},
): Promise<Curve[]> {
  const { fill = 'blur' } = options;
  oneOf(fill, fillNames, 'fill');
  return curves(model, images, explanations, options, pixels => [
    fills[fill](pixels),
    pixels.values,
  ]);
}

const areaUnder = (curves: typeof deletion, better: Metric['better']): Metric => ({
  better,
  measure: async ({ parts, images, explanations, options }) =>
    (await curves(parts, images, explanations, options)).map(({ area }) => area),
});

export const deletionMetric = areaUnder(deletion, 'lower');
export const insertionMetric = areaUnder(insertion, 'higher');

const fillNames = ['zero', 'mean', 'blur'] as const;

async function curves(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CurveOptions,
  ends: (pixels: Pixels) => readonly [Float32Array, Float32Array],
): Promise<Curve[]> {
  const { steps = 20, draws = 2 } = options;
  atLeastOne(steps, 'steps');
  atLeastOne(draws, 'draws');
  const found: Curve[] = [];
  for (const subject of await subjectsOf(model, images, explanations, options)) {
    const [start, end] = ends(subject.pixels);
    const { colors, height, width } = subject.pixels;
    const counts = Array.from({ length: steps + 1 }, (_, step) =>
      Math.round((step / steps) * height * width),
    );
    const { values } = subject.map;
    const scores = await expectedScores(subject, values, counts, draws, places => {
      const changed = start.slice();
      for (const place of places) {
        const from = place * colors;
        changed.set(end.subarray(from, from + colors), from);
      }
      return changed;
    });
    const total = scores.reduce((sum, score) => sum + score, 0);
    found.push({ scores, area: (total - (scores[0]! + scores.at(-1)!) / 2) / steps });
  }
  return found;
}

const fills = {
  zero: ({ values }: Pixels): Float32Array => new Float32Array(values.length),
  mean: ({ values, colors }: Pixels): Float32Array => {
    const means = new Float64Array(colors);
    values.forEach((value, i) => {
      means[i % colors]! += (value * colors) / values.length;
    });
    return values.map((_, i) => means[i % colors]!);
  },
  blur: (pixels: Pixels): Float32Array => {
    const { height, width, colors } = pixels;
    const sigma = (5 * Math.max(height, width)) / 224;
    const across = blurred(pixels.values, width, colors, sigma);
    return blurred(across, height, width * colors, sigma);
  },
};

/** Blurs along one dimension of `length` positions that are `stride` values apart. The values at the edges are repeated outside. */
function blurred(
  values: Float32Array,
  length: number,
  stride: number,
  sigma: number,
): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return values.map((_, i) => {
    const place = Math.floor(i / stride) % length;
    return weights.reduce((total, weight, k) => {
      const other = Math.min(Math.max(place + k - reach, 0), length - 1);
      return total + (weight / sum) * values[i + (other - place) * stride]!;
    }, 0);
  });
}
