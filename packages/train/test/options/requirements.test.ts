import '@tensorflow/tfjs-backend-cpu';
import { matMul, type Tensor2D, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  Adam,
  adaptive,
  answer,
  balancedClassWeights,
  bootstrap,
  type Certainty,
  calibrateSets,
  calibration,
  clipByGlobalNorm,
  cosineAnnealing,
  createOptimizer,
  evaluateOn,
  type FeatureSet,
  type FeatureSource,
  type FinderOptions,
  type FitOptions,
  figureIntervals,
  findLearningRate,
  fit,
  fitCertainty,
  heldOutLogits,
  type Trainable,
  type TrainingData,
  type TrainingState,
} from '../../src/index';

const channels = 2;

/** A linear classifier whose weights are 0 until a step was taken. */
function linear(classes = 3): Trainable & { kernel: Variable } {
  const kernel = variable(zeros([channels, classes]));
  return {
    kernel,
    apply: features => matMul(features, kernel as Tensor2D),
    trainableWeights: [{ originalName: 'linear/kernel', read: () => kernel }],
  };
}

const set = (count = 12, views = 2): FeatureSet => ({
  values: Float32Array.from({ length: count * views * channels }, (_, index) => Math.sin(index)),
  labels: Int32Array.from({ length: count }, (_, index) => index % 3),
  views,
  channels,
});
const good: TrainingData = { train: set(), validation: set(6), classes: 3 };

/** The error of a training, which has not moved the weights. */
async function failure(options: object, data: Partial<TrainingData> = {}): Promise<Error> {
  const model = linear();
  const untouched = Array.from(await model.kernel.data());
  let steps = 0;
  const onStep = () => {
    steps += 1;
  };
  const all = { epochs: 1, batchSize: 4, onStep, ...options } as FitOptions;
  try {
    for await (const _ of fit(model, { ...good, ...data }, all));
  } catch (error) {
    expect(steps).toBe(0);
    expect(Array.from(await model.kernel.data())).toEqual(untouched);
    return error as Error;
  }
  throw new Error(`Trained with ${JSON.stringify(options)}.`);
}

describe('an option that cannot be is named before the first step', () => {
  test.each([
    ['epochs', [0, -1, 1.5, Number.NaN, undefined, Number.POSITIVE_INFINITY]],
    ['batchSize', [0, -4, 2.5, Number.NaN, '8']],
    ['accumulation', [0, -1, 1.5]],
    ['patience', [0, -1, 2.5, Number.NaN]],
    ['labelSmoothing', [-0.1, 1.5, Number.NaN]],
    ['focus', [-1, Number.NaN, Number.POSITIVE_INFINITY]],
    ['clipNorm', [0, -1, Number.NaN]],
    ['average', [1, -0.1, Number.NaN]],
    ['stageDecay', [-1, Number.NaN]],
    ['seed', [0.5, Number.NaN]],
    ['validationViews', [0, 3, 1.5]],
    ['decay', ['none']],
    ['sampling', ['random']],
    ['criterion', ['f1']],
    ['start', ['first']],
    ['bestOf', ['none']],
    ['classWeights', [[1, 1], [1, -1, 1], [0, 0, 0], [1, Number.NaN, 1], 'balance']],
    [
      'optimizer',
      [{ name: 'lion' }, { name: 'adam', betas: [1, 0.9] }, { name: 'sgd', momentum: 1 }],
    ],
    [
      'optimizer',
      [
        { name: 'adam', epsilon: -1 },
        { name: 'adamw', weightDecay: Number.NaN },
      ],
    ],
    [
      'mixing',
      [
        { kind: 'mix', alpha: 1 },
        { kind: 'mixup', alpha: 0 },
        { kind: 'cutmix', alpha: 1 },
      ],
    ],
    ['schedule', [() => Number.NaN, () => Number.POSITIVE_INFINITY, () => undefined]],
    ['schedule', [{ name: 'linear' }, { name: 'constant' }, { name: 'constant', rate: 1 }]],
    ['schedule', [{ name: 'oneCycle', learningRate: 1, rising: 2 }]],
    ['schedule', [{ name: 'stepwise', learningRate: 1, epochs: 0, factor: 0.1 }]],
    ['schedule', [{ name: 'cosineAnnealing', learningRate: 1, period: 0 }]],
    ['schedule', [{ name: 'constant', learningRate: 1, warmUp: -1 }]],
    ['mixing', [null, 0, Number.NaN, false, 'mixup']],
    ['optimizer', [null, 0, 'adam']],
    ['schedule', [null, 0, Number.NaN, 'constant']],
    ['classWeights', [null, 0]],
    ['followedBy', [null, 0, { epochs: 1 }]],
    ['depthOf', [null, 0, 'stage']],
    ['groups', [null, 0, Number.NaN]],
    ['groups', [() => ({ weightDecay: -1 }), () => ({ learningRateFactor: Number.NaN })]],
  ] as const)('%s', async (name, values) => {
    for (const value of values) {
      const { message } = await failure({ [name]: value });
      expect(message).toContain(name);
    }
  });

  test('also in the phases that follow', async () => {
    const { message } = await failure({ followedBy: [{ epochs: 1 }, { epochs: 1, patience: 0 }] });
    expect(message).toBe(
      'followedBy[1].patience should be a whole number, 1 or more or Infinity, not 0.',
    );
  });

  test.each<[keyof FinderOptions, unknown]>([
    ['steps', 0],
    ['range', [0, 1]],
    ['range', [1, 0.1]],
    ['batchSize', 0],
    ['labelSmoothing', 2],
    ['focus', -1],
    ['optimizer', null],
    ['optimizer', { name: 'sgd', momentum: 1 }],
    ['classWeights', [1]],
  ])('in looking for a learning rate: %s %o', async (name, value) => {
    const search = findLearningRate(linear(), good, { [name]: value });
    await expect(search.next()).rejects.toThrow(
      new RegExp(name.replace('classWeights', '3 class weights')),
    );
  });

  test('and where an option is given by itself', () => {
    expect(() => new Adam({ betas: [0.9, 1] })).toThrow(
      /betas\[1\] should be a number, 0 to below 1/,
    );
    expect(() => createOptimizer({ name: 'sgd', momentum: -1 })).toThrow(/momentum/);
    expect(() => clipByGlobalNorm({}, 0)).toThrow(/most should be a number, above 0, not 0/);
    expect(() => cosineAnnealing(Number.NaN, 10)).toThrow(/learningRate should be a number/);
    expect(() => balancedClassWeights([0, 3], 3)).toThrow(/row 1 is 3/);
  });
});

describe('data that cannot be is named by its row before the first step', () => {
  const changed = (change: (set: FeatureSet) => Partial<FeatureSet>) => {
    const whole = set();
    return { ...whole, ...change(whole) };
  };
  const labeled = (row: number, label: number) =>
    changed(({ labels }) => ({
      labels: labels.map((own, index) => (index === row ? label : own)),
    }));
  const valued = (value: number) =>
    changed(({ values }) => ({ values: values.map((own, index) => (index === 22 ? value : own)) }));

  test.each([
    ['a label of K', labeled(7, 3), /labels: row 7 is 3; with 3 classes, .* 0 to 2/],
    ['a label below 0', labeled(4, -1), /labels: row 4 is -1/],
    [
      'values that are too few',
      changed(() => ({ values: new Float32Array(47) })),
      /48 numbers.*47/,
    ],
    ['values that are too many', changed(() => ({ channels: 1 })), /24 numbers.*48/],
    ['labels that are too many', changed(() => ({ labels: new Int32Array(13) })), /52 numbers.*48/],
    ['NaN', valued(Number.NaN), /row 5, view 1, index 0 is NaN/],
    ['infinity', valued(Number.NEGATIVE_INFINITY), /row 5, view 1, .* is -Infinity/],
    ['no view', changed(() => ({ views: 0 })), /views should be a whole number, 1 or more, not 0/],
  ] as const)('%s', async (_, odd, message) => {
    for (const part of ['train', 'validation'] as const) {
      const found = (await failure({}, { [part]: odd })).message;
      expect(found).toMatch(message);
      expect(found).toContain(part);
    }
    await expect(evaluateOn(linear(), odd, 3)).rejects.toThrow(message);
    const search = findLearningRate(linear(), { train: odd, classes: 3 });
    await expect(search.next()).rejects.toThrow(message);
  });

  test('photos of another shape than those that are trained on', async () => {
    const wide: FeatureSource = {
      ...{ labels: set(6).labels, views: 1, shape: [1, 2, channels] },
      read: photos => new Float32Array(photos.length * 2 * channels),
    };
    expect((await failure({}, { validation: wide })).message).toBe(
      'The features of validation should have the same shape as those of train, [2], not [1,2,2].',
    );
    expect(
      (await failure({}, { validation: { ...set(6, 1), channels: 1, views: 2 } })).message,
    ).toMatch(/shape as those of train, \[2\], not \[1\]/);
  });

  test('rows of a source, when they are read', async () => {
    const source = (read: FeatureSource['read']): FeatureSource => ({
      labels: set().labels,
      views: 2,
      shape: [channels],
      read,
    });
    const short = source(photos => new Float32Array(photos.length));
    expect((await failure({}, { train: short })).message).toMatch(
      /4 rows of \[2\] are 8 numbers, .* 4/,
    );
    const broken = source(photos =>
      new Float32Array(photos.length * channels).fill(Number.NaN, 2, 3),
    );
    expect((await failure({}, { train: broken })).message).toMatch(
      /train: row \d+, view [01], .* is NaN/,
    );
    await expect(evaluateOn(linear(), broken, 3)).rejects.toThrow(/row 1, view 0, .* is NaN/);
  });

  test('another number of logits than classes', async () => {
    const { message } = await failure({}, { classes: 4 });
    expect(message).toBe(
      'The classifier gives logits [4,3]; 4 samples of 4 classes need the shape [4,4].',
    );
    await expect(evaluateOn(linear(), set(), 4)).rejects.toThrow(/3 logits .* 4 classes/);
  });
});

describe('an option that there is not is named, with the one that was meant', () => {
  test.each<[object, RegExp]>([
    [{ labelsmoothing: 0.1 }, /no option labelsmoothing\. Did you mean labelSmoothing\?/],
    [{ batch_size: 8 }, /no option batch_size\. Did you mean batchSize\?/],
    [{ learningRate: 1e-3 }, /no option learningRate\. The options are epochs, batchSize/],
    [{ optimiser: { name: 'sgd' } }, /no option optimiser\. Did you mean optimizer\?/],
    [
      { followedBy: [{ epochs: 1, patient: 2 }] },
      /no option followedBy\[0\]\.patient\. Did you mean patience\?/,
    ],
    [{ followedBy: [{ epochs: 1, seed: 2 }] }, /no option followedBy\[0\]\.seed/],
    [{ mixing: { kind: 'mixup', alpha: 0.2, Alpha: 1 } }, /mixing: .*Did you mean alpha\?/],
    [{ optimizer: { name: 'adam', momentum: 0.9 } }, /optimizer: There is no option momentum/],
    [{ optimizer: { name: 'sgd', momentun: 0.9 } }, /Did you mean momentum\?/],
    [
      { schedule: { name: 'oneCycle', learningRate: 1, finalDivider: 10 } },
      /schedule: .* finalDivider\. Did you mean finalDivisor\?/,
    ],
    [{ schedule: { name: 'constant', learningRate: 1, period: 10 } }, /no option period/],
    [
      { groups: () => ({ learningrateFactor: 0.1 }) },
      /groups\('linear\/kernel'\)\.learningrateFactor\. Did you mean learningRateFactor\?/,
    ],
  ])('%j', async (options, message) => {
    const error = await failure(options);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(message);
  });

  test('elsewhere than in fit', async () => {
    const finder = findLearningRate(linear(), good, { step: 10 } as FinderOptions);
    await expect(finder.next()).rejects.toThrow(/Did you mean steps\?/);
    const folds = [[0, 1, 2]];
    const held = heldOutLogits(linear, good, folds, { epochs: 1, view: [1] } as never);
    await expect(held).rejects.toThrow(/Did you mean views\?/);
    await expect(evaluateOn(linear(), good.train, 3, { view: 2 } as object)).rejects.toThrow(
      /Did you mean views\?/,
    );
    const certainty = () => fitCertainty([0, 1], [1, 0, 0, 1], 2, { coverge: 0.8 } as object);
    expect(certainty).toThrow(/Did you mean coverage\?/);
  });

  test('what is undefined is left out', async () => {
    const fitted = fit(linear(), good, { epochs: 1, warmup: undefined } as FitOptions);
    expect((await fitted.next()).done).toBe(false);
    await fitted.return();
  });
});

test('a state of another training is not gone on with', async () => {
  const two = { epochs: 1, batchSize: 4, followedBy: [{ epochs: 1, batchSize: 4 }] };
  let from: TrainingState | undefined;
  for await (const report of fit(linear(), good, two)) from = await report.snapshot();
  const message =
    /state is at phase 1, epoch 1, batch 0; the options describe 1 phases.*another training/;
  const { followedBy, ...one } = two;
  await expect(fit(linear(), good, { ...one, from }).next()).rejects.toThrow(message);
  const position = { ...from!.position, batch: 99 };
  const far = { ...two, from: { ...from!, position } };
  await expect(fit(linear(), good, far).next()).rejects.toThrow(/1 epochs of 3 batches/);
});

describe('what JavaScript hands over is named as well', () => {
  test.each<[object, Partial<TrainingData>, RegExp]>([
    [{}, { train: undefined }, /train should be a FeatureSet/],
    [
      {},
      { train: { ...set(), labels: undefined } as never },
      /train.labels should be an Int32Array/,
    ],
    [
      {},
      { validation: { ...set(), values: [1, 2] } as never },
      /validation.values should be a Float32Array/,
    ],
    [{ onStep: 'log' }, {}, /onStep should be a function, not 'log'/],
    [{ groups: () => undefined }, {}, /groups\('linear\/kernel'\) should be an object/],
  ])('%j', async (options, data, message) => {
    const error = await failure(options, data);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(message);
  });

  test('in what a classifier answers and how it is evaluated', () => {
    const labels = [0, 1];
    const logits = [1, 0, 0, 1];
    for (const [make, message] of [
      [() => calibration(labels, logits, 2, { bin: 5 } as object), /Did you mean bins\?/],
      [
        () => calibration(labels, logits, 2, { strategy: 'quantiles' as never }),
        /strategy should be/,
      ],
      [
        () => calibrateSets(labels, logits, 2, { coverge: 0.8 } as object),
        /Did you mean coverage\?/,
      ],
      [() => adaptive({ randomised: false } as object), /Did you mean randomized\?/],
      [
        () => figureIntervals(labels, logits, 2, { resample: 9 } as object),
        /Did you mean resamples\?/,
      ],
      [() => bootstrap(2, () => ({ a: 1 }), { resamples: 0 }), /resamples should be/],
      [() => fitCertainty(labels, logits, 2, { coverage: '0.9' as never }), /coverage is 0.9/],
      [
        () => answer([1, 2], { temperature: 1, coverage: 0.9 } as Certainty),
        /certainty.threshold should/,
      ],
      [() => answer([], { temperature: 1, threshold: 0.5, coverage: 0.9 }), /There are no logits/],
    ] as const) {
      expect(make).toThrow(RangeError);
      expect(make).toThrow(message);
    }
  });
});
