/** Runs the forward pass of a network of @shroom/models on `ort`, to its logits: `zoo-forward.ts NETWORK BATCH SIZE`. */
import { architectures } from '@shroom/models';
import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { withRandomWeights } from '../networks/random-weights';
import { startEngine } from './engine';
import { serve } from './serve';

const [name] = process.argv.slice(2) as [string];
const [batch, size] = process.argv.slice(3).map(Number) as [number, number];
await startEngine('ort');
const { build } = architectures[name as 'resnet18'];
const model = withRandomWeights(build({ inputSize: [size, size], classes: 1000 }));
const images = randomNormal([batch, size, size, 3]);

await serve(async () => {
  const start = performance.now();
  const result = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
  await result.data();
  result.dispose();
  return { seconds: (performance.now() - start) / 1000 };
});
