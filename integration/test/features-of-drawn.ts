import { createHash } from 'node:crypto';
import '@shroom/backend-ort';
import { openDrawn } from '@shroom/drawn/node';
import { FeatureCache } from '@shroom/train/node';
import { setBackend } from '@tensorflow/tfjs-core';
import { extract, type Task } from '../../examples/pipeline/extraction';
import { generatedBackbone } from './generated-backbone';

/** 19 batches of 8, and one photo that is alone in the last. */
const count = 153;

/** Hashes of the features of drawn photos, in the order of the photos, whatever the order in which they are computed. */
export async function features(
  family: 'resnet' | 'convnext',
  folder: string,
  reorder: (tasks: Task[]) => Task[],
): Promise<string[]> {
  await setBackend('ort');
  const backbone = generatedBackbone(family);
  const cache = await FeatureCache.open(folder, family, backbone.channels);
  const photos = openDrawn(17).photos.slice(0, count);
  const tasks = photos.map(photo => ({ photo, view: 0, key: photo.sha256 }));
  const missing: Task[] = [];
  for (const task of tasks) if (!(await cache.read(task.key))) missing.push(task);
  const caches = { pooled: cache };
  const { signal } = new AbortController();
  for await (const _ of extract(backbone, undefined, reorder(missing), caches, signal));
  const hashes: string[] = [];
  for (const { key } of tasks) {
    const row = (await cache.read(key))!;
    hashes.push(createHash('sha256').update(row).digest('hex').slice(0, 16));
  }
  await cache.close();
  backbone.dispose();
  return hashes;
}
