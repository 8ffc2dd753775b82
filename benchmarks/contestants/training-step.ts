/**
 * Runs one step of Adam on a tfjs engine: `training-step.ts NETWORK ENGINE BATCH SIZE [step | step-frozen-norm |
 * step-last-stage]`.
 */
import {
  losses,
  oneHot,
  randomNormal,
  type Scalar,
  type Tensor,
  tensor1d,
  train,
  type Variable,
} from '@tensorflow/tfjs-core';
import { networkOf } from '../networks/network';
import { startEngine } from './engine';
import { serve } from './serve';

const classCount = 9;
const [name, engine, batchText, sizeText, mode = 'step'] = process.argv.slice(2) as string[];
const [batch, size] = [Number(batchText), Number(sizeText)];
await startEngine(engine!);
const model = networkOf(name!, size, classCount);
const inputs = randomNormal(name === 'head' ? [batch, 2048] : [batch, size, size, 3]);
const classes = tensor1d(
  Array.from({ length: batch }, (_, i) => i % classCount),
  'int32',
);
const labels = oneHot(classes, classCount);
const optimizer = train.adam(1e-4);
const weights = trainedWeights();
const training = mode === 'step';

await serve(async () => {
  const start = performance.now();
  const loss = optimizer.minimize(
    () => losses.softmaxCrossEntropy(labels, model.apply(inputs, { training }) as Tensor) as Scalar,
    true,
    weights,
  )!;
  await loss.data();
  loss.dispose();
  return { seconds: (performance.now() - start) / 1000 };
});

/** The weights that the mode trains. The last stage begins where the bottleneck has 512 channels. */
function trainedWeights(): Variable[] {
  const all = model.trainableWeights.map(weight => weight.read() as Variable);
  if (mode !== 'step-last-stage') return all;
  const start = all.findIndex(
    ({ shape }) => shape.length === 4 && shape[3] === 512 && shape[2] === 1024,
  );
  return all.slice(start);
}
