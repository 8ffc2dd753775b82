/**
 * Computes a head from features without training, and classifies other rows: `closed-form.ts FOLDER HEAD ROWS CHANNELS CLASSES`. HEAD is
 * ridge, discriminant, nearest-mean or nearest-neighbors. The rows after the first ROWS are classified.
 */
import {
  discriminantHead,
  FeatureMoments,
  knnHead,
  prototypeHead,
  ridgeHead,
} from '@shroom/head/closed-form';
import { argMax, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { startEngine } from './engine';
import { readFeatures } from './feature-files';
import { serve } from './serve';

const [folder, name] = process.argv.slice(2) as [string, string];
const [count, channels, classes] = process.argv.slice(4).map(Number) as [number, number, number];
await startEngine('ort');
const { train, others } = await readFeatures(folder, count, channels);

async function moments(products = true): Promise<FeatureMoments> {
  const sums = new FeatureMoments(channels, classes, { products });
  await sums.add(train.values, train.labels);
  return sums;
}

interface Head {
  apply(rows: Tensor): Tensor | Tensor[] | unknown;
  dispose(): unknown;
}
const heads: Record<string, () => Promise<Head>> = {
  ridge: async () => ridgeHead(await moments()),
  discriminant: async () => discriminantHead(await moments()),
  'nearest-mean': async () => prototypeHead(await moments(false), { distance: 'euclidean' }),
  'nearest-neighbors': async () => knnHead(train.values, train.labels, classes),
};

await serve(async () => {
  const start = performance.now();
  const head = await heads[name]!();
  const answers = tidy(() => {
    const rows = tensor2d(others.values, [others.labels.length, channels]);
    return argMax(head.apply(rows) as Tensor, 1);
  });
  const predicted = Array.from(await answers.data());
  const seconds = (performance.now() - start) / 1000;
  answers.dispose();
  head.dispose();
  return { seconds, classes: predicted };
});
