import { createHash } from 'node:crypto';
import '@shroom/backend-ort';
import { type Photo, plainView } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { extractFeatures } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import { mean, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { generatedBackbone } from './generated-backbone';

/** 19 batches of 8 photos, and a last batch with only one photo. */
const count = 153;
const imagesAtOnce = 8;

/** Hashes of the features of drawn photos, in the order of the photos, regardless of the order of computation. */
export async function features(
  family: 'resnet' | 'convnext',
  folder: string,
  reorder: (photos: Photo[]) => Photo[],
): Promise<string[]> {
  await setBackend('ort');
  const backbone = generatedBackbone(family);
  const cache = await FeatureCache.open(folder, family, backbone.channels);
  const photos = openDrawn(17).photos.slice(0, count);
  const missing: Photo[] = [];
  for (const photo of photos) if (!(await cache.read(photo.sha256))) missing.push(photo);
  const { preprocessing, model } = backbone;
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  const samples = reorder(missing).map(photo => ({ ...photo, view: plainView }));
  for await (const _ of extractFeatures(samples, {
    batches: left => batches(left, { ...how, fillLast: true }),
    network: images => mean(model.predict(images, { batchSize: imagesAtOnce }) as Tensor, [1, 2]),
    caches: [cache],
    keyOf: ({ sha256 }) => sha256,
  }));
  const hashes: string[] = [];
  for (const { sha256 } of photos) {
    const row = (await cache.read(sha256))!;
    hashes.push(createHash('sha256').update(row).digest('hex').slice(0, 16));
  }
  await cache.close();
  backbone.dispose();
  return hashes;
}
