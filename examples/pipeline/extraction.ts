import type { Photo } from '@shroom/data';
import { batches } from '@shroom/data/node';
import type { Backbone, CutBackbone } from '@shroom/models';
import { type Extracted, extractFeatures } from '@shroom/train';
import type { FeatureCache } from '@shroom/train/node';
import { mean, type Tensor } from '@tensorflow/tfjs-core';
import { viewOf } from './photos';

/** One view of one photo. */
export interface Task {
  readonly photo: Photo;
  readonly view: number;
  /** Its name in the caches. */
  readonly key: string;
}

export interface Caches {
  readonly pooled: FeatureCache;
  /** Of the feature maps at the cut, where the backbone is cut. */
  readonly maps?: FeatureCache | undefined;
}

/** Images that the backbone sees at once; larger batches are not faster on a CPU, and take more memory. */
const imagesAtOnce = 8;

/** Features of tasks, first of those that the caches hold; each comes when they hold it. */
export function extract(
  { model, preprocessing }: Backbone,
  cut: CutBackbone | undefined,
  tasks: readonly Task[],
  { pooled, maps }: Caches,
  signal: AbortSignal,
): AsyncIterable<Extracted<object>> {
  const samples = tasks.map(({ photo, view, key }) => ({
    ...photo,
    key,
    view: viewOf(photo, view),
  }));
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  const options = { batchSize: imagesAtOnce };
  const average = (features: Tensor) => mean(features, [1, 2]);
  return extractFeatures(samples, {
    batches: missing => batches(missing, { ...how, fillLast: true, signal }),
    network: images => {
      if (!cut) return average(model.predict(images, options) as Tensor);
      const atCut = cut.frozen.predict(images, options) as Tensor;
      return [average(cut.trained.apply(atCut, { training: false }) as Tensor), atCut];
    },
    caches: maps ? [pooled, maps] : [pooled],
    keyOf: ({ key }) => key,
    signal,
  });
}
