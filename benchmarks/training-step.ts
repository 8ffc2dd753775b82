/**
 * One training step with Adam beside PyTorch's.
 *
 *     tsx training-step.ts head            32 samples of the head 2048-1024-512-9
 *     tsx training-step.ts resnet50 [step | step-frozen-norm | step-last-stage] [batch]
 *     tsx training-step.ts convnext_tiny [step] [batch]
 *     add --wasm to have tfjs wasm in the round too (the head only: wasm cannot train a convolution)
 */
import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-wasm';
import { configureOrt } from '@shroom/backend-ort';
import { convNextVariants } from '@shroom/models';
import {
  losses,
  oneHot,
  randomNormal,
  type Scalar,
  setBackend,
  type Tensor,
  tensor1d,
  train,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compare, type Job, job, pythonJob } from './measure';
import { convNextOf } from './networks/convnext';
import { head } from './networks/head';
import { resnet50 } from './networks/resnet50';

const SIZE = 299;
const CLASSES = 9;
const networks = {
  head,
  resnet50: () => resnet50(SIZE, CLASSES),
  convnext_tiny: () => convNextOf(convNextVariants.convnext_tiny, SIZE, CLASSES),
};
const [network = 'head', mode = 'step', batchText] = process.argv
  .slice(2)
  .filter(argument => !argument.startsWith('--'));
const batch = Number(batchText ?? (network === 'head' ? 32 : 8));
configureOrt({ threads: 2 });

/** Weights that the mode trains. The last stage starts where the features have 512 channels in the bottleneck. */
function trainedWeights(model: LayersModel): Variable[] {
  const weights = model.trainableWeights.map(weight => weight.read() as Variable);
  if (mode !== 'step-last-stage') return weights;
  const start = weights.findIndex(
    ({ shape }) => shape.length === 4 && shape[3] === 512 && shape[2] === 1024,
  );
  return weights.slice(start);
}

async function tfjsJob(backend: string): Promise<Job> {
  await setBackend(backend);
  const model = networks[network as keyof typeof networks]();
  const shape = network === 'head' ? [batch, 2048] : [batch, SIZE, SIZE, 3];
  const inputs = randomNormal(shape);
  const labels = oneHot(
    tensor1d(
      Array.from({ length: batch }, (_, i) => i % CLASSES),
      'int32',
    ),
    CLASSES,
  );
  const optimizer = train.adam(1e-4);
  const weights = trainedWeights(model);
  const training = mode === 'step';
  return job(`tfjs on ${backend}`, async () => {
    await setBackend(backend);
    const loss = optimizer.minimize(
      () =>
        losses.softmaxCrossEntropy(labels, model.apply(inputs, { training }) as Tensor) as Scalar,
      true,
      weights,
    )!;
    await loss.data();
    loss.dispose();
  });
}

const jobs = [
  await tfjsJob('ort'),
  await pythonJob('PyTorch', [network, mode, `${batch}`, `${SIZE}`]),
];
if (process.argv.includes('--wasm')) jobs.push(await tfjsJob('wasm'));
const rounds = network === 'head' ? { warmup: 10, rounds: 31 } : { warmup: 3, rounds: 3 };
await compare(`${network}, ${mode}, batch ${batch}`, jobs, rounds);
process.exit(0);
