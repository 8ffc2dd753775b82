import '@tensorflow/tfjs-backend-cpu';
import { type Tensor4D, tensor1d, tensor2d, tensor4d, zerosLike } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { prepareGraph } from '../src/graph/index';
import {
  explain,
  hiResCam,
  integratedGradients,
  occlusion,
  prepareModel,
  rise,
  saliency,
  smoothed,
} from '../src/index';
import { formula, images, network } from './formula';
import { Graph } from './graph-model';

const atImages = () => {
  const model = network('flat');
  return prepareModel(model, { tap: model.inputNames[0]! });
};

describe('a tap at the images', () => {
  test('gives gradient times input with HiResCAM, and the same for a graph', async () => {
    const weights = [
      formula([3, 3, 3, 6], 2),
      formula([6], 3),
      formula([6, 5], 6),
      formula([5], 7),
    ] as const;
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv', 'images', weights[0], weights[1], 1);
    g.add('relu', 'Relu', ['conv']);
    g.pool('pool', 'relu', false);
    g.dense('logits', 'pool', weights[2], weights[3]);
    const twin = sequential({
      layers: [
        layers.conv2d({ inputShape: [10, 8, 3], filters: 6, kernelSize: 3, activation: 'relu' }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 5 }),
      ],
    });
    twin.setWeights([...weights]);
    const options = { method: hiResCam(), classIndex: 2 };
    const one = await explain(prepareGraph(await g.model(), { tap: 'images' }), images(), options);
    const other = await explain(
      prepareModel(twin, { tap: twin.inputNames[0]! }),
      images(),
      options,
    );
    expect(one[0]!.map.height).toBe(10);
    expectClose(one[1]!.signed.values, other[1]!.signed.values);
  });

  test('gives integrated gradients that sum to the increase of the score', async () => {
    const parts = atImages();
    const method = integratedGradients({ steps: 128 });
    const found = await explain(parts, images(), { method, classIndex: 1 });
    const [nothing] = await explain(parts, zerosLike(images()) as Tensor4D, { classIndex: 1 });
    for (const { signed, logits } of found) {
      const sum = signed.values.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum - (logits[1]! - nothing!.logits[1]!))).toBeLessThan(0.05);
    }
  });

  test('gives the absolute gradient as saliency; without noise, smoothing changes nothing', async () => {
    const parts = atImages();
    const plain = await explain(parts, images(), { method: saliency(), classIndex: 1 });
    const still = smoothed(saliency(), { samples: 3, noise: 0 });
    const calm = await explain(parts, images(), { method: still, classIndex: 1 });
    expectClose(plain[0]!.signed.values, calm[0]!.signed.values);
    const noisy = await explain(parts, images(), { method: smoothed(saliency()), classIndex: 1 });
    expect(difference(plain[0]!.signed.values, noisy[0]!.signed.values)).toBeGreaterThan(1e-3);
  });
});

/** The logit of class 0 is the sum of the pixels in the upper left quarter. */
function quarterModel() {
  const result = sequential({
    layers: [
      layers.activation({ activation: 'linear', inputShape: [8, 8, 1] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
  });
  const kernel = Array.from({ length: 64 }, (_, i) => [Number(i < 32 && i % 8 < 4), 0]);
  result.setWeights([tensor2d(kernel), tensor1d([0, 0])]);
  return prepareModel(result);
}
const bright = tensor4d(new Float32Array(64).fill(1), [1, 8, 8, 1]);

test('occlusion measures the drop of the score for each square', async () => {
  const method = occlusion({ places: 2 });
  const [found] = await explain(quarterModel(), bright, { method, classIndex: 0 });
  expect([found!.map.height, ...found!.map.values]).toEqual([2, 16, 0, 0, 0]);
});

test('RISE is hot where the model depends on the image, and the same for the same seed', async () => {
  const run = async (seed: number) => {
    const method = rise({ masks: 200, cells: 4, seed });
    return (await explain(quarterModel(), bright, { method, classIndex: 0 }))[0]!.signed.values;
  };
  const map = await run(1);
  const mean = (inside: boolean) =>
    map.filter((_, i) => (i < 32 && i % 8 < 4) === inside).reduce((a, b) => a + b, 0) /
    (inside ? 16 : 48);
  expect(mean(true)).toBeGreaterThan(5 * Math.abs(mean(false)));
  expect(map).toEqual(await run(1));
  expect(difference(map, await run(2))).toBeGreaterThan(1e-3);
});

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...Array.from(actual, (value, i) => Math.abs(value - expected[i]!)));
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(difference(actual, expected)).toBeLessThan(1e-4);
}
