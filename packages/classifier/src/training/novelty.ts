import { type FeatureSet, nearestNeighbors, noveltyThreshold } from '@shroom/train';
import type { Tensors } from '../file/stored';

/** Photos that a new one is compared with, at most: more hardly change the distances. */
const mostPhotos = 4000;
/** The distance is to the k-th nearest of them. */
export const neighbors = 10;
/** Share of validation photos that may be called strange. */
export const falseAlarms = 0.05;

/** How photos that are like nothing in training are known. */
export interface Novelty {
  /** Of photos, by averages of their last feature maps `[n, channels]`: the higher, the stranger; 0 to 2. */
  score(summaries: Float32Array): Float64Array;
  readonly threshold: number;
}

/** What a classifier's folder holds of it. */
export interface StoredNovelty {
  readonly tensors: Tensors;
  readonly neighbors: number;
  readonly threshold: number;
  readonly falseAlarms: number;
  /** For each class, the share of its photos that would be called strange if the class had not been trained on; where measured. */
  readonly leftOut?: readonly number[] | undefined;
}

/** Fits it on training photos, and chooses the threshold on validation photos. */
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

/** @throws RangeError when the tensors are none of `fitNovelty`. */
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

/** Photos at even steps, at most so many. */
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
