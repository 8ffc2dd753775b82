/** Multiplies two square matrices with ONNX Runtime, with the pinned number of threads: `matrix-product.ts SIDE`. */
import { matMul, randomNormal, sum, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { startEngine } from './engine';
import { serve } from './serve';

const side = Number(process.argv[2]);
await startEngine('ort');
const [a, b] = [randomNormal([side, side]), randomNormal([side, side])] as [Tensor2D, Tensor2D];
await Promise.all([a.data(), b.data()]);

await serve(async () => {
  // The sum avoids reading the product, and its own cost is negligible.
  const result = tidy(() => sum(matMul(a, b)));
  await result.data();
  result.dispose();
  return undefined;
});
