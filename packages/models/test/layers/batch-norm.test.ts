import '@tensorflow/tfjs-backend-cpu';
import { type Tensor, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { BatchNorm } from '../../src/layers/batch-norm';

/** One channel with the values 1, 2, 3 and 6: mean 3, biased variance 3.5, unbiased 14 / 3. */
const values = () => tensor4d([1, 2, 3, 6], [2, 2, 1, 1]);

async function averages(norm: BatchNorm): Promise<number[]> {
  const [, , mean, variance] = norm.getWeights() as [Tensor, Tensor, Tensor, Tensor];
  return [...(await mean.data()), ...(await variance.data())];
}

describe('a batch norm', () => {
  test('in training uses the biased variance of the batch and keeps the unbiased one', async () => {
    const norm = new BatchNorm({ epsilon: 0, momentum: 0.1 });
    const result = norm.apply(values(), { training: true }) as Tensor;
    const expected = [-2, -1, 0, 3].map(centered => centered / Math.sqrt(3.5));
    (await result.data()).forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 6);
    });
    const [mean, variance] = await averages(norm);
    expect(mean).toBeCloseTo(0.3, 6);
    expect(variance).toBeCloseTo(0.9 + 0.1 * (14 / 3), 6);
  });

  test('in inference uses the running averages', async () => {
    const norm = new BatchNorm({ epsilon: 1 });
    norm.apply(values());
    norm.setWeights([tensor1d([2]), tensor1d([5]), tensor1d([1]), tensor1d([3])]);
    const result = norm.apply(values()) as Tensor;
    expect([...(await result.data())]).toEqual([5, 6, 7, 10]); // 2 * (x - 1) / sqrt(3 + 1) + 5
  });

  test.each(['layer', 'model', 'nothing'] as const)(
    'keeps its averages in fit where its %s is frozen',
    async frozen => {
      const norm = new BatchNorm({ epsilon: 1e-5 });
      const images = input({ shape: [2, 1, 1] });
      const backbone = model({ inputs: images, outputs: norm.apply(images) as SymbolicTensor });
      if (frozen === 'layer') norm.trainable = false;
      if (frozen === 'model') backbone.trainable = false;
      const flat = layers.flatten().apply(backbone.outputs[0]!);
      const dense = layers.dense({ units: 1, kernelInitializer: 'ones' });
      const outputs = dense.apply(flat) as SymbolicTensor;
      const classifier = model({ inputs: images, outputs });
      classifier.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await classifier.fit(values(), tensor2d([[0], [1]]), { epochs: 2, verbose: 0 });
      if (frozen === 'nothing') expect(await averages(norm)).not.toEqual([0, 1]);
      else expect(await averages(norm)).toEqual([0, 1]);
    },
  );

  test('that is frozen itself stays frozen in a Sequential, which resets the flags of its models', async () => {
    const norm = new BatchNorm({ epsilon: 1e-5, inputShape: [2, 1, 1], trainable: false });
    const all = [norm, layers.flatten(), layers.dense({ units: 1, kernelInitializer: 'ones' })];
    const classifier = sequential({ layers: all });
    classifier.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await classifier.fit(values(), tensor2d([[0], [1]]), { epochs: 2, verbose: 0 });
    expect(await averages(norm)).toEqual([0, 1]);
  });

  test('refuses to train on a single value', () => {
    const norm = new BatchNorm({ epsilon: 0, name: 'bn1' });
    const one = tensor4d([1], [1, 1, 1, 1]);
    expect(() => norm.apply(one, { training: true })).toThrow(/bn1: .* needs 2 values/);
  });
});
