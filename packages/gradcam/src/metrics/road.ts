import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { PreparedModel } from '../prepared';
import { impute } from './imputation';
import { type Judged, type MetricOptions, subjectsOf } from './subject';

export interface RoadOptions extends MetricOptions {
  /** Where the map is cut, in percent of the pixels. Default 10, 20, to 90. */
  readonly percentiles?: readonly number[];
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
 * Judge by `combined`: by the most relevant first alone an empty map can look better than Grad-CAM's. As in
 * pytorch-grad-cam without noise: at percentile p, the pixels of at least that percentile of the map go (of one minus the map
 * for the least relevant first).
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 * @throws RangeError when there are not as many explanations as images.
 */
export async function road(
  parts: PreparedModel,
  images: Tensor4D,
  explanations: readonly Judged[],
  options: RoadOptions = {},
): Promise<Road[]> {
  const { percentiles = usualPercentiles } = options;
  const found: Road[] = [];
  for (const subject of await subjectsOf(parts, images, explanations, options)) {
    const inverse = subject.map.values.map(value => 1 - value);
    const changes = async (map: Float32Array) => {
      const sorted = map.slice().sort();
      const scores = await subject.scores(percentiles.length, index => {
        const threshold = percentile(sorted, percentiles[index]!);
        return impute(
          subject.pixels,
          Array.from(map, value => value < threshold),
        );
      });
      return scores.map(score => score - subject.score);
    };
    const mostRelevantFirst = await changes(subject.map.values);
    const leastRelevantFirst = await changes(inverse);
    found.push(combined(mostRelevantFirst, leastRelevantFirst));
  }
  return found;
}

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

/** Between two values where no one is at the place, as NumPy has it. */
function percentile(sorted: Float32Array, percent: number): number {
  const place = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
