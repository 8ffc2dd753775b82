import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import {
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { cosineAnnealing, crossEntropy, fit, Sgd, TrainingStep } from '../../src/index';

interface LossCase {
  readonly name: string;
  /** `null` is -Infinity. */
  readonly logits: readonly (readonly (number | null)[])[];
  readonly labels: readonly number[];
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  readonly focus: number;
  readonly loss: number;
  readonly gradient: readonly number[];
}

const value = async (loss: { data(): Promise<ArrayLike<number>> }) => (await loss.data())[0]!;

test('cross entropy of equal logits is the logarithm of their number', async () => {
  const loss = crossEntropy(tensor1d([0, 3], 'int32'), tensor2d([1, 1, 1, 1, 5, 5, 5, 5], [2, 4]));
  expect(await value(loss)).toBeCloseTo(Math.log(4), 6);
});

test('class weights make a weighted mean: a class of weight 0 does not count', async () => {
  const logits = tensor2d([2, 0, 0, 0], [2, 2]);
  const loss = crossEntropy(tensor1d([0, 1], 'int32'), logits, { classWeights: tensor1d([3, 0]) });
  expect(await value(loss)).toBeCloseTo(Math.log(1 + Math.exp(-2)), 6);
});

test('cosine annealing falls to its least in one period and rises again in the next', () => {
  const schedule = cosineAnnealing(1, 10, 0.2);
  expect([0, 5, 10, 15, 20].map(step => Math.round(schedule(step) * 1e9) / 1e9)).toEqual([
    1, 0.6, 0.2, 0.6, 1,
  ]);
});

describe('extreme logits as in PyTorch', async () => {
  const file = new URL('../reference/losses.json', import.meta.url);
  const { cases } = JSON.parse(await readFile(file, 'utf8')) as { cases: LossCase[] };

  test.each(cases)(
    '$name',
    async ({ logits, labels, classWeights, loss, gradient, ...options }) => {
      const rows = logits.map(row => row.map(logit => logit ?? Number.NEGATIVE_INFINITY));
      const weights = classWeights ? { classWeights: tensor1d([...classWeights]) } : {};
      const all = { ...options, ...weights };
      const truth = tensor1d([...labels], 'int32');
      const { value, grad } = valueAndGrad((x: Tensor) => crossEntropy(truth, x as Tensor2D, all))(
        tensor2d(rows),
      );
      const found = await value.data();
      expect(Math.abs(found[0]! - loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(loss)));
      // A 32-bit probability is known to 6e-8.
      const furthest = Math.max(
        ...Array.from(await grad.data(), (slope, index) => Math.abs(slope - gradient[index]!)),
      );
      expect(furthest).toBeLessThan(1e-6);
    },
  );
});

test('an infinite logit of another class does not count, also with soft labels', async () => {
  const logits = tensor2d([[1, Number.NEGATIVE_INFINITY, 2]]);
  const hard = await value(crossEntropy(tensor1d([0], 'int32'), logits));
  expect(hard).toBeCloseTo(Math.log(1 + Math.E), 6);
  expect(await value(crossEntropy(tensor2d([[1, 0, 0]]), logits))).toBeCloseTo(hard, 6);
  expect(await value(crossEntropy(tensor1d([1], 'int32'), logits))).toBe(Number.POSITIVE_INFINITY);
});

describe('a class of weight 0', () => {
  const rows = Float32Array.from({ length: 32 }, (_, index) => Math.sin(index));
  // Sorted by class, so that there are parts in which nothing counts.
  const labels = Int32Array.from({ length: 8 }, (_, index) => Math.floor(index / 3));
  const linear = () =>
    sequential({
      layers: [layers.dense({ units: 3, inputShape: [4], kernelInitializer: 'ones' })],
    });

  test.each([
    [0, 0, 1],
    [0, 1, 2],
    [1, 0, 0.5],
  ])('gives the same step in parts as in one: %o', async (...classWeights) => {
    for (const labelSmoothing of [0, 0.1]) {
      const steps = await Promise.all(
        [1, 2, 4].map(async accumulation => {
          const model = linear();
          const options = { classWeights: Float32Array.from(classWeights), labelSmoothing };
          const step = new TrainingStep(model, new Sgd(), { ...options, accumulation });
          const loss = await step.run({ rows, shape: [4], labels }, 0.5, 0);
          const weights = await Promise.all(model.getWeights().map(weight => weight.data()));
          return [loss, ...weights.flatMap(values => Array.from(values))];
        }),
      );
      for (const numbers of steps.slice(1))
        numbers.forEach((number, index) => {
          expect(number).toBeCloseTo(steps[0]![index]!, 5);
        });
    }
  });

  test('moves nothing where a whole batch is of it', async () => {
    const model = linear();
    const before = await Promise.all(model.getWeights().map(weight => weight.data()));
    const step = new TrainingStep(model, new Sgd(), { classWeights: Float32Array.of(0, 1, 1) });
    expect(await step.run({ rows, shape: [4], labels: new Int32Array(8) }, 0.5, 0)).toBeCloseTo(
      0,
      30,
    );
    const after = await Promise.all(model.getWeights().map(weight => weight.data()));
    expect(after).toEqual(before);
    const set = { values: rows, labels, views: 1, channels: 4 };
    const options = { epochs: 2, batchSize: 2, classWeights: [0, 1, 1] };
    for await (const report of fit(model, { train: set, validation: set, classes: 3 }, options))
      expect(report.trainLoss).toBeGreaterThan(0);
  });
});
