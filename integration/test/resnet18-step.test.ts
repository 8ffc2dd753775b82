import '@shroom/backend-ort';
import { architectures, loadWeights } from '@shroom/models';
import {
  losses,
  oneHot,
  type Scalar,
  setBackend,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor4d,
  transpose,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';
import { expectClose, readReference, type Sample } from '../../packages/models/test/reference';

interface TrainingStep {
  readonly labels: number[];
  readonly size: number;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Sample>>;
  readonly averages: Readonly<Record<string, Sample>>;
}

const { labels, size, loss, gradients, averages } =
  readReference<TrainingStep>('training-step.json');

function weightCalled(network: LayersModel, torchName: string): Tensor {
  const [torchvision] = architectures.resnet18.dialects;
  return network.weights
    .find(({ originalName }) => torchvision!.nameOf(originalName) === torchName)!
    .read();
}

/** Transposes a gradient to PyTorch's order of axes. */
const asPyTorch = (value: Tensor) => transpose(value, value.rank === 4 ? [3, 2, 0, 1] : [1, 0]);

// The JavaScript engine takes minutes.
const engines = process.env.SHROOM_SLOW ? ['ort', 'cpu'] : ['ort'];

test.each(engines)(
  'one training step of ResNet-18 on %s has the loss, gradients and running averages of PyTorch',
  async engine => {
    await setBackend(engine);
    const { build, dialects } = architectures.resnet18;
    const network = build({ inputSize: [size, size], classes: 1000 });
    await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
    const count = labels.length;
    const images = tensor4d(formula(count * size * size * 3, 1, 4), [count, size, size, 3]);
    const truth = oneHot(tensor1d(labels, 'int32'), 1000);
    const variables = network.trainableWeights.map(weight => weight.read() as Variable);
    const { value, grads } = variableGrads(() => {
      const logits = network.apply(images, { training: true }) as Tensor2D;
      return losses.softmaxCrossEntropy(truth, logits) as Scalar;
    }, variables);

    expect(Math.abs((await value.data())[0]! / loss - 1)).toBeLessThan(1e-4);
    for (const [name, reference] of Object.entries(gradients)) {
      const gradient = grads[(weightCalled(network, name) as Variable).name]!;
      await expectClose(name, asPyTorch(gradient), reference, 1e-4);
    }
    for (const [name, reference] of Object.entries(averages))
      await expectClose(name, weightCalled(network, name), reference, 1e-4);
    network.dispose();
  },
);
