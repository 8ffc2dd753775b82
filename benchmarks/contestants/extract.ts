import { type Photo, plainView, randomStream, randomView } from '@shroom/data';
import { batches } from '@shroom/data/node';
import type { Backbone } from '@shroom/models';
import { type Extracted, extractFeatures } from '@shroom/train';
import type { FeatureCache } from '@shroom/train/node';
import { mean, type Tensor } from '@tensorflow/tfjs-core';

/** One view of one photo, and its key in the cache. */
export interface Task {
  readonly photo: Photo;
  readonly view: number;
  readonly key: string;
}

const imagesAtOnce = 8;

/** Extracts averages of the last feature maps into a cache, as a training with the recipe `reference` does. */
export function extract(
  { model, preprocessing }: Backbone,
  tasks: readonly Task[],
  cache: FeatureCache,
): AsyncIterable<Extracted<object>> {
  const samples = tasks.map(({ photo, view, key }) => ({
    ...photo,
    key,
    view: view === 0 ? plainView : randomView(randomStream('view', photo.sha256, view)),
  }));
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  return extractFeatures(samples, {
    batches: missing => batches(missing, { ...how, fillLast: true }),
    network: images => mean(model.predict(images, { batchSize: imagesAtOnce }) as Tensor, [1, 2]),
    caches: [cache],
    keyOf: ({ key }) => key,
  });
}
