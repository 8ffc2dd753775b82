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
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { networkOf } from '../networks/network';

const classCount = 9;

export interface TrainingStep {
  readonly network: string;
  readonly batch: number;
  readonly size: number;
  /** `step` trains everything; `step-frozen-norm` and `step-last-stage` freeze batch norm, or all other stages. Default `step`. */
  readonly mode?: string;
}

/** One step of Adam on the engine that runs. */
export function trainingStepJob({
  network,
  batch,
  size,
  mode = 'step',
}: TrainingStep): () => Promise<void> {
  const model = networkOf(network, size, classCount);
  const inputs = randomNormal(network === 'head' ? [batch, 2048] : [batch, size, size, 3]);
  const classes = tensor1d(
    Array.from({ length: batch }, (_, i) => i % classCount),
    'int32',
  );
  const labels = oneHot(classes, classCount);
  const optimizer = train.adam(1e-4);
  const weights = trainedWeights(model, mode);
  const training = mode === 'step';
  return async () => {
    const lossOf = () =>
      losses.softmaxCrossEntropy(labels, model.apply(inputs, { training }) as Tensor) as Scalar;
    const loss = optimizer.minimize(lossOf, true, weights)!;
    await loss.data();
    loss.dispose();
  };
}

/** The weights that the mode trains. The last stage begins where the bottleneck has 512 channels. */
function trainedWeights(model: LayersModel, mode: string): Variable[] {
  const all = model.trainableWeights.map(weight => weight.read() as Variable);
  if (mode !== 'step-last-stage') return all;
  const start = all.findIndex(
    ({ shape }) => shape.length === 4 && shape[3] === 512 && shape[2] === 1024,
  );
  return all.slice(start);
}
