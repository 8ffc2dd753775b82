import type { FeatureSet } from '../features/feature-set';
import { quantile } from './calibration';

/**
 * Negative free energy of logits, `-temperature * log(sum(exp(logits / temperature)))`. It is low for photos like the
 * training classes, and high for photos unlike all classes.
 *
 * @param logits `[n, classes]`.
 * @returns `[n]`.
 * @see Liu et al. 2020, equation 4. https://arxiv.org/abs/2010.03759
 * @example
 * ```ts
 * energy([5, 0, 0.1, 0.2], 2); // [-5.01, -0.84]: the second photo is less like the classes
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

/** Scores how different photos are from the training photos. Higher means more different. */
export interface NoveltyDetector {
  /**
   * @param features `[n, channels]`.
   * @returns `[n]`.
   */
  score(features: Float32Array): Float64Array;
}

/**
 * Scores a photo by the distance of its features to the nearest training photos. All features are scaled to length 1.
 *
 * @param train The detector keeps the plain views in memory: `4 * photos * channels` bytes.
 * @param neighbors The score is the distance to the k-th nearest photo. Default 10, or the number of photos if there are
 *   fewer.
 * @see Sun et al. 2022. https://arxiv.org/abs/2204.06507
 * @example
 * ```ts
 * const detector = nearestNeighbors(train, 5);
 * const limit = noveltyThreshold(detector.score(validation.values));
 * const [distance] = detector.score(features);
 * console.log(distance! > limit ? 'unlike the training photos' : 'like the training photos');
 * ```
 */
export function nearestNeighbors(train: FeatureSet, neighbors = 10): NoveltyDetector {
  const { channels } = train;
  const known = unit(plainViews(train), channels);
  const count = known.length / channels;
  const rank = Math.min(neighbors, count) - 1;
  const squares = new Float64Array(count);
  return {
    score: features => {
      const given = unit(features, channels);
      return Float64Array.from({ length: given.length / channels }, (_, row) => {
        multiply(known, given.subarray(row * channels, (row + 1) * channels), squares);
        for (let other = 0; other < count; other++) squares[other] = 2 - 2 * squares[other]!;
        return Math.sqrt(Math.max(0, squares.sort()[rank]!));
      });
    },
  };
}

/**
 * Writes the dot product of each row with a vector. Four rows at a time keep a processor busy, which waits for each addition to one sum;
 * every sum has the order of the channels.
 */
function multiply(rows: Float32Array, vector: Float32Array, products: Float64Array): void {
  const { length } = vector;
  let row = 0;
  for (; row + 4 <= products.length; row += 4) {
    const [first, second] = [row * length, (row + 1) * length];
    const [third, fourth] = [(row + 2) * length, (row + 3) * length];
    let [one, two, three, four] = [0, 0, 0, 0];
    for (let c = 0; c < length; c++) {
      const value = vector[c]!;
      one += value * rows[first + c]!;
      two += value * rows[second + c]!;
      three += value * rows[third + c]!;
      four += value * rows[fourth + c]!;
    }
    products[row] = one;
    products[row + 1] = two;
    products[row + 2] = three;
    products[row + 3] = four;
  }
  for (; row < products.length; row++) products[row] = dot(vector, 0, rows, row * length, length);
}

/**
 * The score that the given share of known photos does not exceed. Photos with a higher score are flagged as novel.
 *
 * @param scores Scores of validation photos, which were not used for training.
 * @param share Share of these photos with a score up to the threshold. Default 0.95.
 * @example
 * ```ts
 * const scores = energy(await logits.data(), 9); // scores of validation photos
 * const limit = noveltyThreshold(scores, 0.99); // one in a hundred validation photos has a higher score
 * ```
 */
export const noveltyThreshold = (scores: ArrayLike<number>, share = 0.95): number =>
  quantile(scores, share);

/** The plain view (view 0) of every photo, `[photos, channels]`. */
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

/** Dot product of a part of each of two vectors. */
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
