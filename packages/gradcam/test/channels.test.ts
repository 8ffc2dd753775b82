import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { nonNegativeFactors } from '../src/algebra/nonnegative';
import {
  cam,
  clusteredScoreCam,
  eigenSmoothed,
  explain,
  factorize,
  gradCam,
  NotLinearError,
  prepareModel,
  probability,
  saliency,
  scoreCam,
  shapleyCam,
} from '../src/index';
import { images, network } from './formula';

const parts = prepareModel(network('pooled'), { tap: 'relu2' });

describe('CAM', () => {
  test('is Grad-CAM times the number of places, and its mean with the bias is the logit', async () => {
    const photos = images();
    const before = memory().numTensors;
    const found = await explain(parts, photos, { method: cam(), classIndex: 2 });
    expect(memory().numTensors).toBe(before);
    const grad = await explain(parts, photos, { classIndex: 2 });
    const bias = ((2 * 7919 + 7 * 104729 + 13) % 1009) / 1009 - 0.5;
    found.forEach(({ signed: { values }, logits }, image) => {
      values.forEach((value, place) => {
        expect(value).toBeCloseTo(20 * grad[image]!.signed.values[place]!, 4);
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean + bias).toBeCloseTo(logits[2]!, 4);
    });
  });

  test('is refused where it is not defined', async () => {
    const flat = prepareModel(network('flat'), { tap: 'relu1' });
    await expect(explain(flat, images(), { method: cam() })).rejects.toThrow(NotLinearError);
    const curved = explain(parts, images(), { method: cam(), target: probability });
    await expect(curved).rejects.toThrow(/one linear layer.*and a linear target/);
  });
});

describe('Shapley-CAM', () => {
  test('of a logit after a linear layer is Grad-CAM', async () => {
    const found = await explain(parts, images(), { method: shapleyCam(), classIndex: 1 });
    const grad = await explain(parts, images(), { classIndex: 1 });
    found[0]!.signed.values.forEach((value, place) => {
      expect(value).toBeCloseTo(grad[0]!.signed.values[place]!, 5);
    });
  });

  test('says which operation has no second derivative', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3, name: 'conv' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
    });
    const photos = images();
    const found = explain(prepareModel(model, { tap: 'conv' }), photos, {
      method: shapleyCam(),
      target: probability,
    });
    await expect(found).rejects.toThrow(/MaxPoolGrad/);
    // What it replaced for a moment is as before.
    expect((await explain(parts, photos)).length).toBe(2);
  });
});

describe('clustered Score-CAM', () => {
  test('with a group for each channel is Score-CAM', async () => {
    const flat = prepareModel(network('flat'), { tap: 'conv2' });
    const photos = images();
    const before = memory().numTensors;
    const found = await explain(flat, photos, { method: clusteredScoreCam({ clusters: 99 }) });
    expect(memory().numTensors).toBe(before);
    const each = await explain(flat, photos, { method: scoreCam() });
    found.forEach(({ signed }, image) => {
      signed.values.forEach((value, place) => {
        expect(value).toBeCloseTo(each[image]!.signed.values[place]!, 5);
      });
    });
  });

  test('with fewer groups is close to Score-CAM, and the same for the same seed', async () => {
    const flat = prepareModel(network('flat'), { tap: 'conv2' });
    const method = clusteredScoreCam({ clusters: 5, seed: 1 });
    const [found] = await explain(flat, images(), { method });
    const [again] = await explain(flat, images(), { method });
    expect(again).toEqual(found);
    const [each] = await explain(flat, images(), { method: scoreCam() });
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    const [a, b] = [found!.map.values, each!.map.values];
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.9);
  });
});

describe('deep feature factorization', () => {
  test('finds the parts that a matrix was made of', () => {
    const parts = [
      { left: [1, 2, 0, 0, 3, 0], right: [4, 0, 1, 0] },
      { left: [0, 0, 5, 1, 0, 0], right: [0, 2, 0, 3] },
    ];
    const values = Float32Array.from({ length: 24 }, (_, i) =>
      parts.reduce((sum, p) => sum + p.left[Math.floor(i / 4)]! * p.right[i % 4]!, 0),
    );
    const { left, right } = nonNegativeFactors({ values, rows: 6, columns: 4 }, 2, 0);
    values.forEach((value, i) => {
      const made = left.reduce((s, own, f) => s + own[Math.floor(i / 4)]! * right[f]![i % 4]!, 0);
      expect(made).toBeCloseTo(value, 2);
    });
    const firstAt = left.findIndex(own => own[0]! > own[2]!);
    expect(left[firstAt]![4]! / left[firstAt]![0]!).toBeCloseTo(3, 2);
  });

  test('gives each image a map of each concept, with the model’s logits for the concept', async () => {
    const photos = images();
    const before = memory().numTensors;
    const { maps, concepts } = await factorize(parts, photos, { concepts: 3 });
    expect(memory().numTensors).toBe(before);
    expect(maps.map(own => own.length)).toEqual([3, 3]);
    expect(maps.flat().every(map => map.values.every(value => value >= 0))).toBe(true);
    expect(concepts.map(({ features, logits }) => [features.length, logits!.length])).toEqual([
      [8, 5],
      [8, 5],
      [8, 5],
    ]);
    // What was left unexplained is small: three parts of eight channels that are mostly 0.
    const cut = parts.forward(photos);
    const actual = await cut.features.data();
    const made = Float32Array.from(actual, (_, i) => {
      const [place, channel] = [Math.floor(i / 8), i % 8];
      const [image, at] = [Math.floor(place / 20), place % 20];
      const lowest = 0; // after a ReLU that is 0 somewhere
      return concepts.reduce(
        (sum, { features }, c) =>
          sum + maps[image]![c]!.values[at]! * (features[channel]! - lowest),
        lowest,
      );
    });
    const square = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value * value, 0);
    const rest = square(made.map((value, i) => value - actual[i]!)) / square(actual);
    expect(rest).toBeLessThan(0.25);
  });
});

test('eigen smoothing is refused for a method that is no sum over channels', () => {
  expect(() => eigenSmoothed(saliency())).toThrow(/such as gradCam/);
  expect(eigenSmoothed(gradCam()).needsGradient).toBe(true);
});
