import '@shroom/backend-ort';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  loadWeights,
} from '@shroom/models';
import {
  losses,
  oneHot,
  reshape,
  type Scalar,
  setBackend,
  type Tensor2D,
  tensor1d,
  tensor4d,
  transpose,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';
import { expectClose, readReference, type Sample } from '../../packages/models/test/reference';

interface TrainingStep {
  readonly labels: number[];
  readonly size: number;
  /** With `frozen`, gradients are those of batch norms that use their running averages. */
  readonly batchNorm?: 'frozen';
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Sample>>;
  readonly averages: Readonly<Record<string, Sample>>;
}

type Transformer = 'vit_tiny_patch16_224' | 'vit_small_patch16_dinov3';
const { steps: transformers } = readReference<{
  steps: Readonly<Record<Transformer, TrainingStep>>;
}>('vision-transformers.json');

const steps: readonly (readonly [ArchitectureName, TrainingStep])[] = [
  ['resnet18', readReference<TrainingStep>('training-step.json')],
  ['efficientnet_lite0', readReference<{ step: TrainingStep }>('inverted-residuals.json').step],
  ['vit_tiny_patch16_224', transformers.vit_tiny_patch16_224],
  ['vit_small_patch16_dinov3', transformers.vit_small_patch16_dinov3],
];

/** Orders of axes that turn a kernel into PyTorch's, by the kernel's name here. */
const orders: Readonly<Record<string, readonly number[]>> = {
  kernel: [3, 2, 0, 1],
  depthwise_kernel: [2, 3, 0, 1],
};

// The JavaScript engine takes minutes.
const engines = process.env.SHROOM_SLOW ? ['ort', 'cpu'] : ['ort'];

describe.each(steps)('one training step of %s', (name, step) => {
  test.each(engines)(
    'on %s has the loss, gradients and running averages of PyTorch',
    async engine => {
      const { labels, size, batchNorm, loss, gradients, averages } = step;
      await setBackend(engine);
      const { build, dialects }: Architecture = architectures[name];
      const dialect = dialects[0]!;
      const network = build({ inputSize: [size, size], classes: 1000 });
      await loadWeights(network, formulaCheckpoint(network, dialect), dialect);
      const weightCalled = (torchName: string) =>
        network.weights.find(({ originalName }) => dialect.nameOf(originalName) === torchName)!;
      const count = labels.length;
      const images = tensor4d(formula(count * size * size * 3, 1, 4), [count, size, size, 3]);
      const truth = oneHot(tensor1d(labels, 'int32'), 1000);
      const variables = network.trainableWeights.map(weight => weight.read() as Variable);
      const { value, grads } = variableGrads(() => {
        const logits = network.apply(images, { training: !batchNorm }) as Tensor2D;
        return losses.softmaxCrossEntropy(truth, logits) as Scalar;
      }, variables);
      if (batchNorm) network.apply(images, { training: true });

      expect(Math.abs((await value.data())[0]! / loss - 1)).toBeLessThan(1e-4);
      for (const [torchName, reference] of Object.entries(gradients)) {
        const weight = weightCalled(torchName);
        const gradient = grads[(weight.read() as Variable).name]!;
        const order =
          gradient.rank === 4 ? orders[weight.originalName.split('/').at(-1)!] : undefined;
        const inFile = dialect.shapeOf?.(weight.originalName, gradient.shape);
        const theirs = inFile
          ? reshape(gradient, [...inFile])
          : transpose(gradient, order as number[]);
        await expectClose(torchName, theirs, reference, 1e-4);
      }
      for (const [torchName, reference] of Object.entries(averages))
        await expectClose(torchName, weightCalled(torchName).read(), reference, 1e-4);
      network.dispose();
    },
  );
});
