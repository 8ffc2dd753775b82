/** Runs the forward pass of a frozen network on a tfjs engine: `forward.ts NETWORK ENGINE BATCH SIZE`. */
import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { networkOf } from '../networks/network';
import { startEngine } from './engine';
import { serve } from './serve';

const [name, engine] = process.argv.slice(2) as [string, string];
const [batch, size] = process.argv.slice(4).map(Number) as [number, number];
await startEngine(engine);
const isHeadless = name === 'resnet50' || name.startsWith('vit_');
const model = networkOf(name, size, isHeadless ? undefined : 9);
const images = randomNormal([batch, size, size, 3]);

await serve(async () => {
  const start = performance.now();
  const result = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
  await result.data();
  result.dispose();
  return { seconds: (performance.now() - start) / 1000 };
});
