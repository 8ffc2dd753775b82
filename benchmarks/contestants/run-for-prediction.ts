/**
 * Trains a classifier whose ResNet50 has random weights on some photos, as `shroom train` does: `run-for-prediction.ts FOLDER PHOTOS RUN`.
 * Copies one of the photos to RUN.jpg.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { train } from '@shroom/classifier';
import { openFolder } from '@shroom/data/node';
import { architectures, checkpointOf } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { withRandomWeights } from '../networks/random-weights';
import { startEngine } from './engine';
import { serve } from './serve';

const [folder, photos, run] = process.argv.slice(2) as [string, string, string];
const perClass = 8;
process.env.SHROOM_CACHE = join(folder, 'cache');
await startEngine('ort');
const weights = join(folder, 'resnet50.safetensors');
const { build, dialects } = architectures.resnet50;
await writeSafetensors(weights, checkpointOf(withRandomWeights(build()), dialects[0]));

const few = join(folder, 'few');
const { photos: all } = await openFolder(photos, { leastPerClass: 1 });
const counts = new Map<number, number>();
for (const { id, label, origin } of all) {
  const count = counts.get(label) ?? 0;
  if (origin.kind !== 'file' || count === perClass) continue;
  counts.set(label, count + 1);
  await mkdir(dirname(join(few, id)), { recursive: true });
  await copyFile(origin.path, join(few, id));
  await copyFile(origin.path, `${run}.jpg`);
}
const small = { size: 224, recipe: 'reference', epochs: 2, views: 1, testViews: 1 } as const;
const network = { backbone: weights, architecture: 'resnet50' } as const;
await train(few, { ...small, ...network, group: 'none', out: run });
await serve(async () => undefined);
