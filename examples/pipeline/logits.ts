import { type Photo, plainView } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { type Tensor2D, tensor4d } from '@tensorflow/tfjs-core';
import type { Explained } from './classifier';
import { Progress } from './terminal';

const imagesAtOnce = 8;

/** What a whole classifier says of photos as they are, `[photos, classes]`. */
export async function logitsOfPhotos(
  photos: readonly Photo[],
  { backbone, classes, model }: Explained,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { preprocessing } = backbone;
  const samples = photos.map((photo, row) => ({ ...photo, row, view: plainView }));
  const how = { size: preprocessing.size, normalisation: preprocessing, batchSize: imagesAtOnce };
  const logits = new Float32Array(photos.length * classes.length);
  const progress = new Progress('judging', 'photos');
  let done = 0;
  try {
    for await (const batch of batches(samples, { ...how, fillLast: true, signal })) {
      const images = tensor4d(batch.images, batch.shape);
      const said = model.predict(images, { batchSize: imagesAtOnce }) as Tensor2D;
      const values = await said.data<'float32'>();
      images.dispose();
      said.dispose();
      for (const [place, { row }] of batch.samples.entries()) {
        const own = values.subarray(place * classes.length, (place + 1) * classes.length);
        logits.set(own, row * classes.length);
      }
      done += batch.samples.length;
      progress.update(done, photos.length);
    }
  } finally {
    progress.stop();
  }
  return logits;
}
