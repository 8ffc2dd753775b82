import type { Tensor } from '@tensorflow/tfjs-core';
import { atLeastOne, oneOf } from '../methods/method';
import type { Explainable } from '../model/source';
import { impute } from './imputation';
import type { Metric, MetricInput } from './metric';
import { type ClassMap, type MetricOptions, subjectsOf } from './subject';
import { expectedScores } from './ties';

export interface RoadOptions extends MetricOptions {
  /** Percentiles at which the map is cut, in percent of the pixels. Default 10, 20, to 90. */
  readonly percentiles?: readonly number[];
  /**
   * How positions with equal values at the percentile are treated. 'expected' (default): exactly as many pixels are removed as the
   * percentile says, and the score is the mean over the possible orders. 'together': all of them are removed, as in pytorch-grad-cam. If
   * half of a map is 0, half of the pixels are then removed at every percentile below 50.
   */
  readonly ties?: 'expected' | 'together';
  /**
   * With `ties: 'expected'`, equal values are removed in this many random orders, and the mean of the scores counts. Default 2, one the
   * reverse of the other. For a map with many zeros, up to this many times as many forward passes are needed.
   */
  readonly draws?: number;
}

export const usualPercentiles: readonly number[] = [10, 20, 30, 40, 50, 60, 70, 80, 90];

export interface Road {
  /** Change of the score when the most relevant pixels are removed first, for each percentile; lower is better. */
  readonly mostRelevantFirst: readonly number[];
  /** Change of the score when the least relevant pixels are removed first, for each percentile; higher is better. */
  readonly leastRelevantFirst: readonly number[];
  /** Half the difference between the means of the two; higher is better. A constant map scores 0. */
  readonly combined: number;
}

/**
 * ROAD: how the score changes when pixels are removed in the order of the map and filled in from their surroundings. Rong et
 * al. 2022. https://arxiv.org/abs/2202.00449
 *
 * Use `combined` for comparisons: by `mostRelevantFirst` alone, an empty map can look better than Grad-CAM's. The result equals
 * pytorch-grad-cam's without noise, except for equal values (see `ties`): at percentile p, the pixels at or above that percentile of the
 * map are removed (for least relevant first, of the negated map).
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @throws RangeError when there are not as many explanations as images.
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const [{ combined }] = await road(model, images, explanations, { percentiles: [20, 50, 80] });
 * if (combined <= 0) console.log('The hottest pixels do not matter more than the coldest.');
 * ```
 */
export async function road(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: RoadOptions = {},
): Promise<Road[]> {
  const { percentiles = usualPercentiles, ties = 'expected', draws = 2 } = options;
  oneOf(ties, ['expected', 'together'], 'ties');
  atLeastOne(draws, 'draws');
  if (percentiles.length < 1 || !percentiles.every(percent => percent >= 0 && percent <= 100))
    throw (await import('../failures')).percentilesFailure(percentiles);
  const found: Road[] = [];
  for (const subject of await subjectsOf(model, images, explanations, options)) {
    const changes = async (map: Float32Array) => {
      const sorted = map.slice().sort();
      const counts = percentiles.map(percent => {
        const place = (percent / 100) * (sorted.length - 1);
        if (ties === 'expected') return sorted.length - Math.ceil(place);
        const threshold = between(sorted, place);
        return map.filter(value => value >= threshold).length;
      });
      const scores = await expectedScores(subject, map, counts, draws, places => {
        const kept = new Array<boolean>(map.length).fill(true);
        for (const place of places) kept[place] = false;
        return impute(subject.pixels, kept);
      });
      return scores.map(score => score - subject.score);
    };
    // pytorch-grad-cam subtracts the map from 1, and rounding then makes some different values equal.
    const inverse = subject.map.values.map(value => (ties === 'together' ? 1 : 0) - value);
    const mostRelevantFirst = await changes(subject.map.values);
    const leastRelevantFirst = await changes(inverse);
    found.push(combined(mostRelevantFirst, leastRelevantFirst));
  }
  return found;
}

/** Measures ROAD for the maps that are being measured. */
export const roadOf = ({ parts, images, explanations, options }: MetricInput): Promise<Road[]> =>
  road(parts, images, explanations, options);

export const roadMetric: Metric = {
  better: 'higher',
  measure: async input => (await input.once(roadOf)).map(({ combined }) => combined),
};

/** Selects some of the percentiles at which ROAD was measured. */
export function roadAt(
  { mostRelevantFirst, leastRelevantFirst }: Road,
  measured: readonly number[],
  percentiles: readonly number[],
): Road {
  const places = percentiles.map(percent => measured.indexOf(percent));
  const chosen = (scores: readonly number[]) => places.map(place => scores[place]!);
  return combined(chosen(mostRelevantFirst), chosen(leastRelevantFirst));
}

function combined(mostRelevantFirst: number[], leastRelevantFirst: number[]): Road {
  const both = (mean(leastRelevantFirst) - mean(mostRelevantFirst)) / 2;
  return { mostRelevantFirst, leastRelevantFirst, combined: both };
}

/** Interpolates between two sorted values, as NumPy does. */
function between(sorted: Float32Array, place: number): number {
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
