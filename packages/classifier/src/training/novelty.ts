import { type FeatureSet, nearestNeighbors, noveltyThreshold } from '@shroom/train';
import type { Tensors } from '../file/stored';

/** Largest number of training photos that a new photo is compared with. More photos hardly change the distances. */
const mostPhotos = 4000;
/** The number k: the novelty score of a photo is the distance to its k-th nearest training photo. */
export const neighbors = 10;
/** Share of validation photos that may wrongly be called unlike the training photos. */
export const falseAlarms = 0.05;

/** Recognizes photos that are unlike the training photos. */
export interface Novelty {
  /**
   * Novelty scores from the spatial averages of last feature maps `[n, channels]`. A score is 0 to 2; higher means less like the training
   * photos.
   */
  score(summaries: Float32Array): Float64Array;
  readonly threshold: number;
}

/** The data that a classifier's folder stores for `Novelty`. */
export interface StoredNovelty {
  readonly tensors: Tensors;
  readonly neighbors: number;
  readonly threshold: number;
  readonly falseAlarms: number;
  /** For each class, the share of its photos that would be called unknown if the class had not been trained on. Absent if not measured. */
  readonly leftOut?: readonly number[] | undefined;
}

/** Stores features of training photos, and chooses the threshold on validation photos. */
export function fitNovelty(train: FeatureSet, validation: FeatureSet): StoredNovelty {
  const known = thinned(train, mostPhotos);
  const scores = nearestNeighbors(known, neighbors).score(validation.values);
  const { values, channels, labels } = known;
  return {
    tensors: new Map([['features', { shape: [labels.length, channels], values }]]),
    neighbors,
    threshold: noveltyThreshold(scores, 1 - falseAlarms),
    falseAlarms,
  };
}

/** Restores a `Novelty` from stored data. @throws RangeError when the tensors do not come from `fitNovelty`. */
export function noveltyOf({
  tensors,
  neighbors,
  threshold,
}: Omit<StoredNovelty, 'falseAlarms'>): Novelty {
  const features = tensors.get('features');
  const [photos, channels] = features?.shape ?? [];
  if (!features || !photos || !channels)
    throw new RangeError('The features of the photos that were trained on are missing.');
  const known = { values: features.values, labels: new Int32Array(photos), views: 1, channels };
  const detector = nearestNeighbors(known, neighbors);
  return { score: summaries => detector.score(summaries), threshold };
}

/** Selects at most `most` photos at even steps. */
export function thinned(set: FeatureSet, most: number): FeatureSet {
  const { labels, channels, values } = set;
  if (labels.length <= most) return set;
  const places = Array.from({ length: most }, (_, index) =>
    Math.floor((index * labels.length) / most),
  );
  const rows = new Float32Array(most * channels);
  for (const [row, place] of places.entries())
    rows.set(values.subarray(place * channels, (place + 1) * channels), row * channels);
  return {
    values: rows,
    labels: Int32Array.from(places, place => labels[place]!),
    views: 1,
    channels,
  };
}
