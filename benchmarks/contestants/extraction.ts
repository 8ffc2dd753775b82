/**
 * Computes features of photos from the first photo on, writes them to disk and reads them again: `extraction.ts FOLDER
 * COUNT SIZE`. The photos of the folder are repeated until there are COUNT. The network is a ResNet18 with random weights.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@shroom/data/node';
import { architectures, type Backbone, imagenetPreprocessing } from '@shroom/models';
import { cachedFeatures, FeatureCache } from '@shroom/train/node';
import { withRandomWeights } from '../networks/random-weights';
import { startEngine } from './engine';
import { extract, type Task } from './extract';
import { serve } from './serve';

const [folder] = process.argv.slice(2) as [string];
const [count, size] = process.argv.slice(3).map(Number) as [number, number];
await startEngine('ort');
const { photos } = await openFolder(folder, { leastPerClass: 1 });
const network = architectures.resnet18;
const channels = network.taps.at(-1)!.channels;
const backbone: Backbone = {
  name: 'resnet18',
  model: withRandomWeights(network.build({ inputSize: [size, size] })),
  channels,
  preprocessing: imagenetPreprocessing([size, size]),
  taps: network.taps,
  weights: { source: 'random', license: 'none', sha256: '' },
  dispose: () => {},
};
const tasks = Array.from(
  { length: count },
  (_, index): Task => ({ photo: photos[index % photos.length]!, view: 0, key: `${index}` }),
);
const cacheFolder = await mkdtemp(join(tmpdir(), 'extraction-'));
process.on('exit', () => rmSync(cacheFolder, { recursive: true }));

await serve(async () => {
  const start = performance.now();
  const cache = await FeatureCache.open(cacheFolder, 'benchmark', channels);
  let done = 0;
  for await (const _ of extract(backbone, tasks, cache)) done++;
  const labels = Int32Array.from(tasks, ({ photo }) => photo.label);
  const keyOf = (index: number) => `${index}`;
  const features = cachedFeatures(cache, { labels, views: 1, shape: [channels], keyOf });
  const rows = await features.read([...labels.keys()], new Int32Array(count));
  if (done !== count || rows.length !== count * channels)
    throw new Error(`${done} of ${count} photos arrived, ${rows.length / channels} were read.`);
  const seconds = (performance.now() - start) / 1000;
  await cache.close();
  return { seconds };
});
