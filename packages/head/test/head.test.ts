import '@tensorflow/tfjs-backend-cpu';
import { io, memory, ones, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { attachHead, BatchNorm, classifierHead, Dropout, headOn } from '../src/index';

const values = async (tensor: Tensor2D) => Array.from(await tensor.data());

describe('batch norm', () => {
  test('normalizes by the biased variance and remembers the unbiased one', async () => {
    const layer = new BatchNorm({ name: 'bn' });
    const x = tensor2d([1, 2, 3, 6], [4, 1]);
    const y = layer.apply(x, { training: true }) as Tensor2D;
    // mean 3, biased variance 3.5, unbiased 14 / 3
    const expected = [-2, -1, 0, 3].map(centered => centered / Math.sqrt(3.5 + 1e-5));
    (await values(y)).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 5);
    });
    const [, , mean, variance] = layer.getWeights();
    expect((await mean!.data())[0]).toBeCloseTo(0.1 * 3, 6);
    expect((await variance!.data())[0]).toBeCloseTo(0.9 + 0.1 * (14 / 3), 5);
  });

  test('uses and keeps its running statistics in inference, and in training when frozen', async () => {
    const layer = new BatchNorm({ name: 'bn' });
    const x = tensor2d([1, 2, 3, 6], [4, 1]);
    const inference = await values(layer.apply(x) as Tensor2D);
    expect(inference[3]).toBeCloseTo(6 / Math.sqrt(1 + 1e-5), 5);
    layer.trainable = false;
    expect(await values(layer.apply(x, { training: true }) as Tensor2D)).toEqual(inference);
    expect(Array.from(await layer.getWeights()[2]!.data())).toEqual([0]);
  });

  test('refuses a training batch of one', () => {
    const layer = new BatchNorm({ name: 'bn7' });
    expect(() => layer.apply(ones([1, 3]), { training: true })).toThrow(
      /bn7: .* at least 2 samples; it has 1/,
    );
  });
});

describe('dropout', () => {
  test('sets about the given share to zero, keeps the mean, and repeats with its seed', async () => {
    const layer = new Dropout({ name: 'dropout', rate: 0.3 });
    const x = ones([100, 100]) as Tensor2D;
    const draw = (seed: number) => values(layer.apply(x, { training: true, seed }) as Tensor2D);
    const first = await draw(1);
    const share = first.filter(value => value === 0).length / first.length;
    expect(share).toBeGreaterThan(0.28);
    expect(share).toBeLessThan(0.32);
    expect(Math.max(...first)).toBeCloseTo(1 / 0.7, 6);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
  });

  test('does nothing in inference', async () => {
    const x = tensor2d([1, 2, 3], [1, 3]);
    const layer = new Dropout({ name: 'dropout', rate: 0.5 });
    expect(await values(layer.apply(x) as Tensor2D)).toEqual([1, 2, 3]);
  });
});

describe('the head', () => {
  test('has its layers in the documented order', () => {
    const head = classifierHead(2048, 9);
    expect(head.layers.map(layer => layer.name)).toEqual([
      'head/features',
      ...['head/linear1', 'head/bn1', 'head/relu1', 'head/dropout1'],
      ...['head/linear2', 'head/bn2', 'head/relu2', 'head/dropout2'],
      'head/logits',
    ]);
    expect(head.weights.map(weight => weight.shape.join('x'))).toEqual([
      ...['2048x1024', '1024', '1024', '1024', '1024x512', '512', '512', '512', '512x9', '9'],
      ...['1024', '1024', '512', '512'],
    ]);
    head.dispose();
  });

  test('has as many hidden units as it is told, and at least one', () => {
    const head = classifierHead(18_432, 3, { hiddenUnits: [512, 1] });
    const kernels = head.weights.flatMap(({ shape }) => (shape.length > 1 ? [shape] : []));
    expect(kernels).toEqual([
      [18_432, 512],
      [512, 1],
      [1, 3],
    ]);
    head.dispose();
    for (const wrong of [0, 1.5, -2, Number.NaN])
      expect(() => classifierHead(64, 3, { hiddenUnits: [8, wrong] })).toThrow(
        /hiddenUnits should be whole numbers from 1/,
      );
  });

  test('starts with the distribution of PyTorch: uniform within 1 / sqrt(inputs)', async () => {
    const head = classifierHead(256, 3);
    const [kernel, bias] = head.getLayer('head/linear1').getWeights();
    for (const tensor of [kernel!, bias!]) {
      const data = (await tensor.data()) as Float32Array;
      const bound = 1 / Math.sqrt(256);
      expect(Math.max(...data)).toBeLessThanOrEqual(bound);
      expect(Math.max(...data)).toBeGreaterThan(0.9 * bound);
      expect(Math.min(...data)).toBeLessThan(-0.9 * bound);
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
      expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.75);
      expect(variance / (bound ** 2 / 3)).toBeLessThan(1.25);
    }
    head.dispose();
  });

  test('depends on its seed alone', async () => {
    const first = async (seed: number) =>
      (await classifierHead(8, 2, { seed }).getWeights()[0]!.data()).slice(0, 4);
    expect(await first(0)).toEqual(await first(0));
    expect(await first(1)).not.toEqual(await first(0));
  });

  test('computes the same after it was saved and loaded without this package', async () => {
    const head = classifierHead(8, 3, { seed: 5 });
    const x = tensor2d([1, -2, 3, 0.5, 2, 0, -1, 4, 0, 1, 2, 3, 4, 5, 6, 7], [2, 8]);
    for (let seed = 0; seed < 3; seed++) head.apply(x, { training: true, seed });
    let saved: io.ModelArtifacts | undefined;
    await head.save({
      save: async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
    });
    const loaded = await loadLayersModel(io.fromMemory(saved!));
    const before = await values(head.predict(x) as Tensor2D);
    (await values(loaded.predict(x) as Tensor2D)).forEach((value, index) => {
      expect(value).toBeCloseTo(before[index]!, 5);
    });
  });

  test('leaks nothing', () => {
    const head = classifierHead(8, 3);
    const x = tensor2d([1, -2, 3, 0.5, 2, 0, -1, 4, 0, 1, 2, 3, 4, 5, 6, 7], [2, 8]);
    const before = memory().numTensors;
    for (let seed = 0; seed < 5; seed++)
      (head.apply(x, { training: true, seed }) as Tensor2D).dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('refuses invalid sizes with a reason', () => {
    expect(() => classifierHead(2048, 1)).toThrow(/2 classes; it was given 2048 and 1/);
  });
});

test('a head is not put on the tokens of a transformer', () => {
  const tokens = sequential({ layers: [layers.dense({ inputShape: [5, 8], units: 8 })] });
  const head = classifierHead(8, 2);
  expect(() => attachHead(tokens, head)).toThrow(RangeError);
  expect(() => attachHead(tokens, head)).toThrow(/tokens \[N, 5, 8\].*\{ pooled: true \}/);
  const part = { apply: () => ones([2, 5, 8]), weights: [], trainableWeights: [] };
  expect(() => headOn(part, head).apply(ones([2, 5, 8]), { training: false })).toThrow(
    /tokens \[2, 5, 8\].*TokenPooling/,
  );
});
