/**
 * Runs an epoch from photos to normalized batches with this project's threads: `input-pipeline.ts FOLDER SIZE BATCH
 * WORKERS`. Photos are resized, flipped, rotated and normalized as in `peers/data_peer.py`.
 */
import { batches, openFolder } from '@shroom/data/node';
import { imagenetPreprocessing } from '@shroom/models';
import { serve } from './serve';

const [folder] = process.argv.slice(2) as [string];
const [size, batchSize, workers] = process.argv.slice(3).map(Number) as [number, number, number];
const { photos } = await openFolder(folder, { leastPerClass: 1 });
const how = {
  size: [size, size],
  normalization: imagenetPreprocessing([size, size]),
  transforms: [{ name: 'flipAndRotate' }],
  batchSize,
  workers,
  shuffle: true,
  recycle: true,
} as const;

let epoch = 0;
await serve(async () => {
  const start = performance.now();
  let count = 0;
  for await (const { labels } of batches(photos, { ...how, epoch: epoch++ }))
    count += labels.length;
  const seconds = (performance.now() - start) / 1000;
  if (count !== photos.length) throw new Error(`${count} of ${photos.length} photos arrived.`);
  return { seconds: seconds / count };
});
