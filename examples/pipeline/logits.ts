import { type Photo, plainView } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { extractFeatures } from '@shroom/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ClassifierModel } from './classifier';
import { Progress } from './terminal';

const imagesAtOnce = 8;

/** What a whole classifier says of photos as they are, `[photos, classes]`. */
export async function logitsOfPhotos(
  photos: readonly Photo[],
  { backbone, classes, model }: ClassifierModel,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { preprocessing } = backbone;
  const samples = photos.map(photo => ({ ...photo, view: plainView }));
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  const logits = new Float32Array(photos.length * classes.length);
  const progress = new Progress('classifying', 'photos');
  let done = 0;
  try {
    for await (const { index, rows } of extractFeatures(samples, {
      batches: missing => batches(missing, { ...how, fillLast: true, signal }),
      network: images => model.predict(images, { batchSize: imagesAtOnce }) as Tensor,
      signal,
    })) {
      logits.set(rows[0]!, index * classes.length);
      progress.update(++done, photos.length);
    }
  } finally {
    progress.stop();
  }
  return logits;
}
