import type { Tensor } from '@tensorflow/tfjs-core';
import { fills } from '../algebra/fills';
import { atLeastOne, oneOf } from '../methods/method';
import type { Explainable } from '../model/source';
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
  return curves(model, images, explanations, options, 'zero', (whole, filled) => [whole, filled]);
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
  return curves(model, images, explanations, options, 'blur', (whole, filled) => [filled, whole]);
}

const areaUnder = (curves: typeof deletion, better: Metric['better']): Metric => ({
  better,
  measure: async ({ parts, images, explanations, options }) =>
    (await curves(parts, images, explanations, options)).map(({ area }) => area),
});

export const deletionMetric = areaUnder(deletion, 'lower');
export const insertionMetric = areaUnder(insertion, 'higher');

async function curves(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CurveOptions,
  usual: keyof typeof fills,
  ends: (whole: Float32Array, filled: Float32Array) => readonly [Float32Array, Float32Array],
): Promise<Curve[]> {
  const { steps = 20, draws = 2, fill = usual } = options;
  oneOf(fill, Object.keys(fills) as (typeof fill)[], 'fill');
  atLeastOne(steps, 'steps');
  atLeastOne(draws, 'draws');
  const found: Curve[] = [];
  for (const subject of await subjectsOf(model, images, explanations, options)) {
    const [start, end] = ends(subject.pixels.values, fills[fill](subject.pixels));
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
