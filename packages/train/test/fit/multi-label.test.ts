import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import {
  memory,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { mixTargets } from '../../src/fit/mixing';
import {
  balancedPositiveWeights,
  binaryCrossEntropy,
  type EpochReport,
  evaluateOn,
  type FeatureSet,
  type FeatureSource,
  type FitOptions,
  findLearningRate,
  fit,
  heldOutLogits,
  logitsOf,
  type MultiLabelEvaluation,
  mix,
  Sgd,
  selectFrom,
  selectPhotos,
  sourceOf,
  TrainingStep,
} from '../../src/index';

interface LossCase {
  readonly name: string;
  readonly logits: number[][];
  readonly targets: number[][];
  readonly positiveWeights: number[] | null;
  readonly labelSmoothing: number;
  readonly loss: number;
  readonly gradient: readonly number[];
}

describe('binary cross entropy as in PyTorch', () => {
  const file = new URL('../reference/multi-label.json', import.meta.url);
  const { losses } = JSON.parse(readFileSync(file, 'utf8')) as { losses: LossCase[] };

  test.each(losses)(
    '$name',
    async ({ logits, targets, positiveWeights, labelSmoothing, loss, gradient }) => {
      const weights = positiveWeights ? { positiveWeights: tensor1d(positiveWeights) } : {};
      const truth = tensor2d(targets);
      const { value, grad } = valueAndGrad((x: Tensor) =>
        binaryCrossEntropy(truth, x as Tensor2D, { ...weights, labelSmoothing }),
      )(tensor2d(logits));
      expect(Math.abs((await value.data())[0]! - loss)).toBeLessThan(1e-6 * Math.max(1, loss));
      for (const [index, slope] of (await grad.data()).entries())
        expect(Math.abs(slope - gradient[index]!)).toBeLessThan(1e-6);
    },
  );
});

test('positive weights are negatives by positives, and 1 where one of them is missing', () => {
  expect(Array.from(balancedPositiveWeights([1, 0, 0, 1, 0, 0, 0, 1], 2))).toEqual([3, 1]);
  expect(Array.from(balancedPositiveWeights([0, 1, 0, 1], 2))).toEqual([1, 1]);
  expect(() => balancedPositiveWeights([0, 0.5], 2)).toThrow(/row 0 has 0.5 for class 1/);
  expect(() => balancedPositiveWeights([0, 1, 0], 2)).toThrow(/2 numbers \(1 photos, 2 classes\)/);
});

test('mixup blends targets by the share of the rows, with the partners that single labels have', () => {
  const rows = Float32Array.from([0, 10, 20, 30]);
  const targets = Float32Array.from([1, 0, 1, 1, 0, 1, 0, 0]);
  const how = { kind: 'mixup', alpha: 1 } as const;
  const mixture = mixTargets(rows, [1], targets, 2, how, 5);
  const single = mix(rows, [1], [0, 1, 2, 3], 4, how, 5);
  expect(mixture.rows).toEqual(single.rows);
  for (let row = 0; row < 4; row++)
    for (const k of [0, 1]) {
      let expected = 0;
      for (let other = 0; other < 4; other++)
        expected += single.targets[4 * row + other]! * targets[2 * other + k]!;
      expect(mixture.targets[2 * row + k]).toBeCloseTo(expected, 6);
    }
});

/** Points in a plane: class 0 right of the middle, class 1 above it, class 2 far from it. */
function points(count: number, salt: number, views = 1): FeatureSet {
  const values = new Float32Array(count * views * 3);
  const targets = new Float32Array(count * 3);
  for (let photo = 0; photo < count; photo++) {
    const [x, y] = [2 * Math.sin(salt + 7 * photo), 2 * Math.cos(salt + 11 * photo)];
    targets.set([x > 0 ? 1 : 0, y > 0 ? 1 : 0, x * x + y * y > 5 ? 1 : 0], 3 * photo);
    for (let view = 0; view < views; view++)
      values.set([x + 0.2 * view, y - 0.1 * view, x * x + y * y], 3 * (photo * views + view));
  }
  return { values, labels: new Int32Array(count), targets, views, channels: 3 };
}

const linear = () =>
  sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [3], name: 'linear', kernelInitializer: 'zeros' }),
    ],
  });
const data = { train: points(120, 1, 2), validation: points(60, 2, 2), classes: 3 };

async function train(options: FitOptions): Promise<EpochReport[]> {
  const reports: EpochReport[] = [];
  for await (const report of fit(linear(), data, options)) reports.push(report);
  return reports;
}
const scores = (report: EpochReport | undefined) => report!.validation as MultiLabelEvaluation;

describe('fit', () => {
  const schedule = { name: 'constant', learningRate: 0.03 } as const;
  const options: FitOptions = { epochs: 12, patience: 12, schedule, seed: 3 };

  test('learns several classes of a photo, with the same numbers again', async () => {
    const reports = await train(options);
    const { meanAveragePrecision, macroF1, accuracy, confusion } = scores(reports.at(-1));
    expect(meanAveragePrecision).toBeGreaterThan(0.97);
    expect(macroF1).toBeGreaterThan(0.9);
    expect(accuracy).toBeGreaterThan(0.7);
    expect(confusion).toEqual([]);
    expect(reports.at(-1)!.trainLoss).toBeLessThan(0.5 * reports[0]!.trainLoss);
    expect((await train(options)).at(-1)!.trainLoss).toBe(reports.at(-1)!.trainLoss);
  });

  test('takes mixup, smoothing, balanced weights, an average of weights, and mAP as the criterion', async () => {
    const reports = await train({
      ...options,
      classWeights: 'balanced',
      labelSmoothing: 0.1,
      mixing: { kind: 'mixup', alpha: 0.2 },
      average: 0.9,
      criterion: 'meanAveragePrecision',
      accumulation: 2,
      validationViews: 2,
    });
    const values = reports.map(report => scores(report).meanAveragePrecision);
    const best = reports.findLast(report => report.best)!;
    expect(scores(best).meanAveragePrecision).toBe(Math.max(...values));
    expect(Math.max(...values)).toBeGreaterThan(0.95);
  });

  test('says which option is for one class a photo, and what does not fit', async () => {
    await expect(train({ ...options, focus: 2 })).rejects.toThrow(
      /focal loss needs exactly one class/,
    );
    await expect(train({ ...options, sampling: 'balanced' })).rejects.toThrow(/sampling should be/);
    const { targets: _, ...single } = data.validation;
    const mismatch = fit(linear(), { ...data, validation: single }, options).next();
    await expect(mismatch).rejects.toThrow(/both have targets/);
    const targets = Float32Array.from(data.train.targets!);
    targets[4] = 2;
    const wrong = fit(linear(), { ...data, train: { ...data.train, targets } }, options).next();
    await expect(wrong).rejects.toThrow(/train.targets: row 1 has 2 for class 1/);
    const all = { train: single, validation: single, classes: 3 };
    const criterion = 'meanAveragePrecision';
    await expect(fit(linear(), all, { ...options, criterion }).next()).rejects.toThrow(/criterion/);
  });
});

test('a step in parts is the step as a whole', async () => {
  const { values, targets } = points(10, 4);
  const batch = { rows: values, shape: [3], labels: new Int32Array(10), targets: targets! };
  const found = await Promise.all(
    [1, 3].map(async accumulation => {
      const model = linear();
      const classWeights = Float32Array.of(1, 2, 5);
      const options = { loss: 'binaryCrossEntropy', classWeights, accumulation } as const;
      const step = new TrainingStep(model, new Sgd(), options);
      const loss = await step.run(batch, 0.5, 0);
      const weights = await Promise.all(model.getWeights().map(weight => weight.data()));
      return [loss, ...weights.flatMap(each => Array.from(each))];
    }),
  );
  for (const [index, value] of found[1]!.entries()) expect(value).toBeCloseTo(found[0]![index]!, 5);
  const { targets: _, ...single } = batch;
  const step = new TrainingStep(linear(), new Sgd(), { loss: 'binaryCrossEntropy' });
  await expect(step.run(single, 0.5, 0)).rejects.toThrow(/needs targets/);
});

test('logits of several views are those of the mean sigmoid; nothing leaks', async () => {
  const model = linear();
  const set = points(8, 5, 2);
  tidy(() =>
    model.setWeights([tensor2d([1, 0, 0, 0, 2, 0, 0, 0, 0.5], [3, 3]), tensor1d([0, 0, -2])]),
  );
  const before = memory().numTensors;
  const averaged = await logitsOf(model, set, { views: 2 });
  const evaluation = await evaluateOn(model, set, 3, { views: 2 });
  expect(memory().numTensors).toBe(before);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const mean = (sigmoid(set.values[0]!) + sigmoid(set.values[3]!)) / 2;
  expect(sigmoid(averaged[0]!)).toBeCloseTo(mean, 6);
  expect((evaluation as MultiLabelEvaluation).meanAveragePrecision).toBeGreaterThan(0.9);
});

test('sources, selections and held-out logits keep the classes of their photos', async () => {
  const { train, validation } = data;
  expect(sourceOf(train).targets).toBe(train.targets);
  const some = selectFrom(train, [5, 2]);
  const rows = (photo: number) => Array.from(train.targets!.subarray(3 * photo, 3 * photo + 3));
  expect(Array.from(some.targets!)).toEqual([...rows(5), ...rows(2)]);
  expect(Array.from(selectPhotos(train, [5, 2]).targets!)).toEqual([...rows(5), ...rows(2)]);
  const source: FeatureSource = { ...sourceOf(train), read: sourceOf(train).read };
  const folds = [0, 1].map(part => [...Array(60).keys()].filter(place => place % 2 === part));
  const { targets, logits, samples } = await heldOutLogits(
    linear,
    { train: source, validation, classes: 3 },
    folds,
    { epochs: 2, patience: 2 },
  );
  expect(logits[0]).toHaveLength(180);
  const own = validation.targets!;
  expect(Array.from(targets!)).toEqual(
    Array.from(samples).flatMap(place => Array.from(own.subarray(3 * place, 3 * place + 3))),
  );
});

test('a learning rate is found for several classes too', async () => {
  let last: number | undefined;
  for await (const { suggestion } of findLearningRate(linear(), data, { steps: 40 }))
    last = suggestion;
  expect(last).toBeGreaterThan(1e-5);
});
