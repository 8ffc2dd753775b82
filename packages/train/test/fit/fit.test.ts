import '@tensorflow/tfjs-backend-cpu';
import {
  matMul,
  memory,
  type Tensor2D,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  type EpochReport,
  type FeatureSet,
  type FitOptions,
  fit,
  type Trainable,
} from '../../src/index';

/** A linear classifier; any object with these two members can be trained. */
function linear(channels: number, classes: number): Trainable & { kernel: Variable } {
  const weights = variable(zeros([channels, classes]));
  return {
    kernel: weights,
    apply: features => matMul(features, weights as Tensor2D),
    trainableWeights: [{ read: () => weights }],
  };
}

/** Two clouds of points that a line separates; every second view is off by a little. */
function clouds(count: number, views = 1): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, index) => index % 2);
  const values = new Float32Array(count * views * 2);
  for (let row = 0; row < count * views; row++) {
    const sign = labels[Math.floor(row / views)] === 0 ? 1 : -1;
    values.set([sign + 0.1 * (row % 3), sign - 0.1 * (row % 5)], row * 2);
  }
  return { values, labels, views, channels: 2 };
}

async function train(
  options: Partial<FitOptions> = {},
  sets = { train: clouds(40, 2), validation: clouds(10) },
) {
  const model = linear(2, 2);
  const reports: EpochReport[] = [];
  for await (const report of fit(
    model,
    { ...sets, classes: 2 },
    { epochs: 5, schedule: () => 0.05, ...options },
  )) {
    reports.push(report);
  }
  return { reports, weights: Array.from(await model.kernel.data()) };
}

describe('fit', () => {
  test('lowers the loss and separates the classes', async () => {
    const { reports } = await train();
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(reports.at(-1)!.trainLoss).toBeLessThan(reports[0]!.trainLoss);
    expect(reports.at(-1)!.validation.accuracy).toBe(1);
    expect(reports.at(-1)!.last).toBe(true);
  });

  test('gives the same weights for the same seed, others for another', async () => {
    const first = await train({ seed: 1 });
    expect((await train({ seed: 1 })).weights).toEqual(first.weights);
    expect((await train({ seed: 2 })).weights).not.toEqual(first.weights);
  });

  test('stops when patience is at its end, and marks the best epoch', async () => {
    // A rate of 0 never improves after the first epoch.
    const { reports } = await train({ epochs: 50, schedule: () => 0, patience: 3 });
    expect(reports.map(({ best }) => best)).toEqual([true, false, false, false]);
    expect(reports.at(-1)!.last).toBe(true);
  });

  test('reports every step, and stops when it is told to', async () => {
    const done: number[] = [];
    await train({
      batchSize: 10,
      epochs: 2,
      onStep: progress => done.push(progress.done / progress.total),
    });
    expect(done).toHaveLength(8);
    expect(done.at(-1)).toBe(1);
    await expect(train({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  test('lets a last batch of one join the one before', async () => {
    const sizes: number[] = [];
    const model = linear(2, 2);
    const counted = {
      ...model,
      apply: (features: Tensor2D, mode: { training: boolean }) => {
        if (mode.training) sizes.push(features.shape[0]);
        return model.apply(features, mode);
      },
    };
    const data = { train: clouds(21), validation: clouds(4), classes: 2 };
    for await (const _ of fit(counted, data, { epochs: 1, batchSize: 10 }));
    expect(sizes).toEqual([10, 11]);
  });

  test('leaves no tensor behind, however it ends', async () => {
    await train({ classWeights: Float32Array.from([1, 2]), labelSmoothing: 0.1 });
    const model = linear(2, 2);
    const before = memory().numTensors;
    const data = { train: clouds(40), validation: clouds(10), classes: 2 };
    for await (const _ of fit(model, data, { epochs: 3, classWeights: Float32Array.from([1, 2]) }));
    for await (const _ of fit(model, data, { epochs: 3 })) break;
    expect(memory().numTensors).toBe(before);
  });

  test('says so when the loss is no number, and when there is nothing to train on', async () => {
    await expect(train({ schedule: () => 1e39, optimizer: { name: 'sgd' } })).rejects.toThrow(
      /The loss is (NaN|Infinity) at step \d/,
    );
    await expect(train({}, { train: clouds(1), validation: clouds(4) })).rejects.toThrow(
      /there are 1 and 4/,
    );
  });
});
