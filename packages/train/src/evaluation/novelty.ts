import type { FeatureSet } from '../features/feature-set';
import { quantile } from './calibration';

/**
 * Negative free energy of logits, `-temperature * log(sum(exp(logits / temperature)))`: low for what the classifier knows,
 * high for what is unlike all its classes.
 *
 * @param logits `[n, classes]`.
 * @returns `[n]`.
 * @see Liu et al. 2020, equation 4. https://arxiv.org/abs/2010.03759
 * @example
 * ```ts
 * energy([5, 0, 0.1, 0.2], 2); // [-5.01, -0.84]: the second photo is the stranger
 * ```
 */
export function energy(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  return Float64Array.from({ length: logits.length / classes }, (_, row) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[row * classes + k]!);
    let total = 0;
    for (let k = 0; k < classes; k++)
      total += Math.exp((logits[row * classes + k]! - most) / temperature);
    return -most - temperature * Math.log(total);
  });
}

/** Tells how unlike the training photos others are: the higher, the stranger. */
export interface NoveltyDetector {
  /**
   * @param features `[n, channels]`.
   * @returns `[n]`.
   */
  score(features: Float32Array): Float64Array;
}

/**
 * Distance to the nearest training photos, all features scaled to length 1.
 *
 * @param train Its plain views are kept: `4 * photos * channels` bytes.
 * @param neighbors The distance is to the k-th nearest. Default 10, or fewer where there are fewer photos.
 * @see Sun et al. 2022. https://arxiv.org/abs/2204.06507
 * @example
 * ```ts
 * const detector = nearestNeighbors(train, 5);
 * const limit = noveltyThreshold(detector.score(validation.values));
 * const [distance] = detector.score(features);
 * console.log(distance! > limit ? 'unlike the training photos' : 'like them');
 * ```
 */
export function nearestNeighbors(train: FeatureSet, neighbors = 10): NoveltyDetector {
  const { channels } = train;
  const known = unit(plainViews(train), channels);
  const count = known.length / channels;
  const rank = Math.min(neighbors, count) - 1;
  return {
    score: features => {
      const given = unit(features, channels);
      const distances = new Float64Array(count);
      return Float64Array.from({ length: given.length / channels }, (_, row) => {
        for (let other = 0; other < count; other++) {
          let product = 0;
          for (let c = 0; c < channels; c++)
            product += given[row * channels + c]! * known[other * channels + c]!;
          distances[other] = Math.sqrt(Math.max(0, 2 - 2 * product));
        }
        return distances.slice().sort()[rank]!;
      });
    },
  };
}

/**
 * The score that a share of known photos does not exceed. Photos with a higher one are called strange.
 *
 * @param scores Of validation photos, which were not trained on.
 * @param share Default 0.95.
 * @example
 * ```ts
 * const scores = energy(await logits.data(), 9); // of validation photos
 * const limit = noveltyThreshold(scores, 0.99); // one in a hundred of them is above
 * ```
 */
export const noveltyThreshold = (scores: ArrayLike<number>, share = 0.95): number =>
  quantile(scores, share);

/** View 0 of every photo, `[photos, channels]`. */
export function plainViews({ values, views, channels, labels }: FeatureSet): Float32Array {
  const rows = new Float32Array(labels.length * channels);
  for (let photo = 0; photo < labels.length; photo++) {
    const start = photo * views * channels;
    rows.set(values.subarray(start, start + channels), photo * channels);
  }
  return rows;
}

function unit(rows: Float32Array, channels: number): Float32Array {
  const scaled = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += channels) {
    const length = Math.sqrt(dot(rows, start, rows, start, channels)) || 1;
    for (let c = 0; c < channels; c++) scaled[start + c] = rows[start + c]! / length;
  }
  return scaled;
}

/** Product of two stretches of numbers. */
export function dot(
  a: Float32Array | Float64Array,
  aStart: number,
  b: Float32Array | Float64Array,
  bStart: number,
  length: number,
): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += a[aStart + index]! * b[bStart + index]!;
  return sum;
}
