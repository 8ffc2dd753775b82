import type { Tensor } from '@tensorflow/tfjs-core';
import { atLeastOne, oneOf } from '../methods/method';
import type { Explainable } from '../model/source';
import { impute } from './imputation';
import type { Metric, MetricInput } from './metric';
import { type ClassMap, type MetricOptions, subjectsOf } from './subject';
import { expectedScores } from './ties';

export interface RoadOptions extends MetricOptions {
  /** Where the map is cut, in percent of the pixels. Default 10, 20, to 90. */
  readonly percentiles?: readonly number[];
  /**
   * What happens to places whose values are equal at the percentile. 'expected' (default): as many of them are removed as the
   * percentile says, and the score is the mean over the orders in which they could be removed. 'together': all of them are
   * removed, as in pytorch-grad-cam; of a map that is 0 at half of its places, half are removed at every percentile below.
   */
  readonly ties?: 'expected' | 'together';
  /**
   * Where `ties` is 'expected', equal places are taken in this many random orders, and the mean of the scores counts.
   * Default 2, one the reverse of the other. A map with many zeros costs up to this many times the passes.
   */
  readonly draws?: number;
}

export const usualPercentiles: readonly number[] = [10, 20, 30, 40, 50, 60, 70, 80, 90];

export interface Road {
  /** Change of the score when the most relevant pixels go first, for each percentile; lower is better. */
  readonly mostRelevantFirst: readonly number[];
  /** Change of the score when the least relevant pixels go first, for each percentile; higher is better. */
  readonly leastRelevantFirst: readonly number[];
  /** Half the difference of their means; higher is better, and 0 for a map that is the same everywhere. */
  readonly combined: number;
}

/**
 * ROAD: how the score changes when pixels are taken away in the order of the map and filled in from their surroundings.
 * Rong et al. 2022. https://arxiv.org/abs/2202.00449
 *
 * Compare by `combined`: by `mostRelevantFirst` alone an empty map can look better than Grad-CAM's. As in pytorch-grad-cam
 * without noise, except for equal places (see `ties`): at percentile p, the pixels at or above that percentile of the map are
 * removed (of minus the map for the least relevant first).
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
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
    // pytorch-grad-cam subtracts from 1, and rounding makes places alike that were not.
    const inverse = subject.map.values.map(value => (ties === 'together' ? 1 : 0) - value);
    const mostRelevantFirst = await changes(subject.map.values);
    const leastRelevantFirst = await changes(inverse);
    found.push(combined(mostRelevantFirst, leastRelevantFirst));
  }
  return found;
}

/** Of the maps that metrics measure. */
export const roadOf = ({ parts, images, explanations, options }: MetricInput): Promise<Road[]> =>
  road(parts, images, explanations, options);

export const roadMetric: Metric = {
  better: 'higher',
  measure: async input => (await input.once(roadOf)).map(({ combined }) => combined),
};

/** ROAD at some of the percentiles that it was measured at. */
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

/** The value at a place between two others, as NumPy has it. */
function between(sorted: Float32Array, place: number): number {
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
