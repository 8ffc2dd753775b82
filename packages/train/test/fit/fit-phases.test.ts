import '@tensorflow/tfjs-backend-cpu';
import {
  matMul,
  memory,
  reshape,
  type Tensor2D,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  evaluateOn,
  type FeatureSet,
  type FeatureSource,
  type FitOptions,
  findLearningRate,
  fit,
  logitsOf,
  probabilities,
  type Trainable,
  type TrainingData,
  type TrainingState,
} from '../../src/index';

/** A linear classifier of vectors or maps; named, as a layer's weight is. */
function linear(channels: number, classes: number): Trainable & { kernel: Variable } {
  const kernel = variable(zeros([channels, classes]));
  return {
    kernel,
    apply: features => matMul(reshape(features, [-1, channels]), kernel as Tensor2D),
    trainableWeights: [{ originalName: 'linear/kernel', read: () => kernel }],
  };
}

/** Two clouds of points that a line separates, one class rarer than the other. */
function clouds(count: number, views = 1): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 1 : 0));
  const values = new Float32Array(count * views * 2);
  for (let row = 0; row < count * views; row++) {
    const sign = labels[Math.floor(row / views)] === 0 ? 1 : -1;
    values.set([sign + 0.7 * Math.sin(row), 0.5 * sign + 0.8 * Math.cos(3 * row)], row * 2);
  }
  return { values, labels, views, channels: 2 };
}

const data = { train: clouds(40, 2), validation: clouds(11), classes: 2 };
const numbers = async (model: { kernel: Variable }) => Array.from(await model.kernel.data());
const constantly = { schedule: { name: 'constant', learningRate: 0.05 } } as const;

async function train(options: FitOptions, model = linear(2, 2), sets: TrainingData = data) {
  const states: TrainingState[] = [];
  const reports = [];
  for await (const report of fit(model, sets, options)) {
    states.push(await report.snapshot());
    reports.push({ ...report, weights: await numbers(model) });
  }
  return { reports, states, weights: await numbers(model) };
}

describe('accumulation', () => {
  test.each([
    {},
    { classWeights: 'balanced', labelSmoothing: 0.1 },
    { classWeights: [1, 3], focus: 2 },
    { mixing: { kind: 'mixup', alpha: 0.5 }, clipNorm: 0.1 },
  ] as const)('of two halves is one batch: %o', async options => {
    const plan = { epochs: 3, batchSize: 8, ...constantly, ...options };
    const whole = await train(plan);
    const halves = await train({ ...plan, accumulation: 2 });
    whole.weights.forEach((weight, index) => {
      expect(halves.weights[index]).toBeCloseTo(weight, 5);
    });
    expect(halves.reports.at(-1)!.trainLoss).toBeCloseTo(whole.reports.at(-1)!.trainLoss, 5);
  });
});

describe('phases', () => {
  const plan: FitOptions = {
    ...constantly,
    epochs: 4,
    batchSize: 8,
    seed: 3,
    average: 0.8,
    mixing: { kind: 'mixup', alpha: 0.3 },
    followedBy: [
      {
        ...constantly,
        epochs: 3,
        batchSize: 10,
        classWeights: 'balanced',
        labelSmoothing: 0.1,
        optimizer: { name: 'sgd', momentum: 0.9 },
      },
    ],
  };

  test('follow each other, counted on', async () => {
    const { reports } = await train(plan);
    expect(reports.map(({ epoch, phase }) => [epoch, phase])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 1],
      [6, 1],
      [7, 1],
    ]);
    expect(reports.map(({ last }) => last).indexOf(true)).toBe(6);
  });

  test('start from the best epoch, or from the last', async () => {
    // A rate below 0 makes everything worse.
    const still = { name: 'constant', learningRate: 0 } as const;
    const worse = {
      ...plan,
      average: undefined,
      schedule: (step: number) => (step < 5 ? 0.05 : -0.05),
    };
    const follow = (start: 'best' | 'last') => ({
      ...worse,
      followedBy: [{ epochs: 1, schedule: still, start }],
    });
    const best = await train(follow('best'));
    expect(best.reports.find(({ best }) => best)!.epoch).toBe(1);
    expect(best.weights).toEqual(best.reports[0]!.weights);
    const last = await train(follow('last'));
    expect(last.weights).toEqual(last.reports[3]!.weights);
  });

  test('seek the best epoch among all so far, or among their own', async () => {
    const worse = {
      epochs: 2,
      batchSize: 8,
      schedule: (step: number) => (step < 5 ? 0.05 : -0.05),
    };
    const uphill = { epochs: 2, batchSize: 8, schedule: () => -0.05 };
    const bests = async (bestOf: 'all' | 'phase') =>
      (await train({ ...worse, followedBy: [{ ...uphill, bestOf }] })).reports.map(
        ({ best }) => best,
      );
    expect(await bests('all')).toEqual([true, false, false, false]);
    expect(await bests('phase')).toEqual([true, false, true, false]);
  });

  test('go on bit for bit from every epoch and every step', async () => {
    const whole = await train(plan);
    const steps: TrainingState[] = [];
    await train({ ...plan, onStep: async ({ snapshot }) => steps.push(await snapshot()) });
    expect(steps).toHaveLength(4 * 5 + 3 * 4);
    for (const from of [...whole.states.slice(0, -1), ...steps]) {
      // As a file would keep it.
      const position = JSON.parse(JSON.stringify(from.position));
      const resumed = await train({ ...plan, from: { ...from, position } });
      expect(resumed.weights).toEqual(whole.weights);
      const rest = whole.reports.slice(-resumed.reports.length);
      expect(resumed.reports.map(({ trainLoss }) => trainLoss)).toEqual(
        rest.map(({ trainLoss }) => trainLoss),
      );
    }
    const done = await train({ ...plan, from: whole.states.at(-1)! });
    expect(done.reports).toEqual([]);
    expect(done.weights).toEqual(whole.weights);
  });

  test('leave no tensor behind', async () => {
    const model = linear(2, 2);
    const before = memory().numTensors;
    for await (const report of fit(model, data, plan)) await report.snapshot();
    for await (const _ of fit(model, data, plan)) break;
    expect(memory().numTensors).toBe(before);
  });

  test('refuse the state of another seed or model', async () => {
    const { states } = await train(plan);
    const from = states[0]!;
    await expect(train({ ...plan, seed: 4, from })).rejects.toThrow(
      /saved with seed 3, but the options have seed 4/,
    );
    await expect(train({ ...plan, from }, linear(2, 3))).rejects.toThrow(
      /'linear\/kernel' should have shape \[2,3\], it has \[2,2\]/,
    );
  });
});

test('the classifier holds the average of its weights in the loop, and training goes on from the weights', async () => {
  const plan = { epochs: 3, batchSize: 8, seed: 1, ...constantly };
  const plain = await train(plan);
  const averaged = await train({ ...plan, average: 0.9 });
  const raw = averaged.states.map(({ tensors }) =>
    Array.from(tensors.get('weights/linear/kernel')!.values),
  );
  expect(raw).toEqual(plain.reports.map(({ weights }) => weights));
  expect(averaged.reports[2]!.weights).not.toEqual(plain.reports[2]!.weights);
  expect(averaged.weights).toEqual(averaged.reports[2]!.weights);
});

test('groups and depth scale the steps', async () => {
  const plan = { epochs: 1, batchSize: 40, ...constantly };
  expect((await train({ ...plan, groups: () => ({ learningRateFactor: 0 }) })).weights).toEqual([
    0, 0, 0, 0,
  ]);
  const sgd = { ...plan, optimizer: { name: 'sgd' }, stageDecay: 0.5 } as const;
  const near = await train(sgd);
  const far = await train({ ...sgd, depthOf: name => (name === 'linear/kernel' ? 2 : 0) });
  near.weights.forEach((weight, index) => {
    expect(far.weights[index]).toBeCloseTo(weight / 4, 6);
  });
});

test('feature maps come from wherever they are kept, one batch ahead', async () => {
  const rows = clouds(12).values;
  const asked: number[][] = [];
  const source: FeatureSource = {
    labels: clouds(12).labels,
    views: 1,
    shape: [1, 1, 2],
    read: async (photos, views) => {
      asked.push(Array.from(photos));
      expect(Array.from(views).every(view => view === 0)).toBe(true);
      return Float32Array.from(
        Array.from(photos).flatMap(photo => [rows[2 * photo]!, rows[2 * photo + 1]!]),
      );
    },
  };
  const plan = { epochs: 2, batchSize: 4, seed: 2, ...constantly };
  const fromSource = await train(plan, linear(2, 2), { ...data, train: source });
  const fromMemory = await train(plan, linear(2, 2), { ...data, train: clouds(12) });
  expect(fromSource.weights).toEqual(fromMemory.weights);
  expect(asked.map(photos => photos.length)).toEqual([4, 4, 4, 4, 4, 4]);
});

test('the probabilities of several views are averaged', async () => {
  const model = linear(2, 2);
  await train({ epochs: 2, ...constantly }, model);
  const set = clouds(6, 3);
  const view = (index: number): FeatureSet => ({
    ...set,
    views: 1,
    values: set.values.filter((_, place) => Math.floor(place / 2) % 3 === index),
  });
  const each = await Promise.all(
    [0, 1].map(async index => probabilities(await logitsOf(model, view(index)), 2)),
  );
  const both = probabilities(await logitsOf(model, set, { views: 2 }), 2);
  both.forEach((probability, index) => {
    expect(probability).toBeCloseTo((each[0]![index]! + each[1]![index]!) / 2, 6);
  });
  await expect(evaluateOn(model, set, 2, { views: 4 })).rejects.toThrow(/3 views of each photo; 4/);
});

test('a missing kernel is named, with what to do', async () => {
  const model: Trainable = {
    ...linear(2, 2),
    apply: () => {
      throw new Error("Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'");
    },
  };
  await expect(train({ epochs: 1 }, model as never)).rejects.toThrow(
    /engine 'wasm' cannot train these layers: it has no kernel 'Conv2DBackpropFilter'.*backend-ort/,
  );
});

describe('the learning-rate finder', () => {
  test('suggests a rate where the loss falls, and leaves the weights alone', async () => {
    const model = linear(2, 2);
    const before = memory().numTensors;
    const optimizer = { name: 'sgd' } as const;
    const reports = [];
    for await (const report of findLearningRate(model, data, {
      optimizer,
      range: [1e-3, 1e4],
      batchSize: 8,
    }))
      reports.push(report);
    const { suggestion } = reports.at(-1)!;
    expect(suggestion).toBeGreaterThan(0.01);
    expect(suggestion).toBeLessThan(10);
    const ratio = reports[1]!.learningRate / reports[0]!.learningRate;
    expect(ratio).toBeCloseTo(1e7 ** (1 / 99), 6);
    expect(await numbers(model)).toEqual([0, 0, 0, 0]);
    for await (const _ of findLearningRate(model, data)) break;
    expect(memory().numTensors).toBe(before);
  });
});
