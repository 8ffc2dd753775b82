import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check, compute, drawProgram, describe as inWords, leafTensors } from '../fuzz/program';
import { configureOrt, ortBackend } from '../src/index';
import './backends';

beforeAll(async () => {
  configureOrt({ threads: 1 });
  await tf.setBackend('ort');
});
afterAll(() => configureOrt({}));

const fewerRewrites = (): number => ortBackend()!.statistics.fewerRewrites;

describe('what ONNX Runtime rewrites wrongly', () => {
  const x = [1, 2, 3];
  const y = [1, 2, 4];
  const double = () => tf.mul(tf.tensor1d(x), 2);
  const inverse = () => tf.div(1, tf.tensor1d(y));
  const forms: Readonly<Record<string, () => tf.Tensor>> = {
    '(2x - 0) * 1/y': () => tf.mul(tf.sub(double(), 0), inverse()),
    '1/y * (2x - 0)': () => tf.mul(inverse(), tf.sub(double(), 0)),
    '1/y * (2x + 0)': () => tf.mul(inverse(), tf.add(double(), 0)),
    '1/y * (2x * 1)': () => tf.mul(inverse(), tf.mul(double(), 1)),
    '1/y * (2x / 1)': () => tf.mul(inverse(), tf.div(double(), 1)),
    '1/y * whole slice of 2x': () => tf.mul(inverse(), tf.slice(double(), 0, 3)),
    '1/y * stack of 2x': () => tf.mul(inverse(), tf.reshape(tf.stack([double()]), [3])),
    '(1/y * (1 * (2x - 0))) - 0': () =>
      tf.sub(tf.mul(inverse(), tf.mul(tf.div(1, 1), tf.sub(double(), 0))), 0),
  };
  test.each(Object.entries(forms))('%s', async (_name, form) => {
    const before = fewerRewrites();
    const result = tf.tidy(form);
    expect(Array.from(await result.data())).toEqual([2, 2, 1.5]);
    expect(fewerRewrites()).toBe(before);
    result.dispose();
  });

  test('a whole number divided by another is cut off before the product: 4 * (1 / 2) of int32 is 0', async () => {
    const [one, two, four] = [1, 2, 4].map(value => tf.scalar(value, 'int32'));
    const result = tf.mul(tf.floorDiv(one!, two!), four!);
    expect(Array.from(await result.data())).toEqual([0]);
    tf.dispose([one!, two!, four!, result]);
  });
});

test('2,500 random programs are what they are in float64', async () => {
  const before = tf.memory().numTensors;
  const rewrites = fewerRewrites();
  for (let seed = 0; seed < 2500; seed++) {
    const program = drawProgram(seed);
    const leaves = leafTensors(program);
    const results = compute(program, leaves);
    const fault = await check(program, results);
    expect(fault, inWords(program)).toBeUndefined();
    tf.dispose([leaves, results]);
  }
  expect(fewerRewrites()).toBe(rewrites);
  expect(tf.memory().numTensors).toBe(before);
}, 120_000);

describe('model.fit where an epoch is one batch', () => {
  const dense = () =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 5, inputShape: [4, 4, 2], activation: 'relu', ...seeded(1) }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3, activation: 'softmax', ...seeded(2) }),
      ],
    });
  const convolutional = () =>
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [4, 4, 2], ...seeded(3) }),
        tfl.layers.batchNormalization(),
        tfl.layers.activation({ activation: 'relu' }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ units: 3, activation: 'softmax', ...seeded(4) }),
      ],
    });
  const seeded = (seed: number) => ({
    kernelInitializer: tfl.initializers.glorotUniform({ seed }),
  });
  const optimizers = {
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.1, 0.9),
    adam: () => tf.train.adam(0.01),
    rmsprop: () => tf.train.rmsprop(0.01),
    adagrad: () => tf.train.adagrad(0.1),
    adadelta: () => tf.train.adadelta(0.1),
    adamax: () => tf.train.adamax(0.01),
  };
  const losses = [
    'categoricalCrossentropy',
    'meanSquaredError',
    'meanAbsoluteError',
    'binaryCrossentropy',
    'kullbackLeiblerDivergence',
    'hinge',
  ];

  async function history(
    backend: string,
    make: () => tfl.Sequential,
    optimizer: keyof typeof optimizers,
    loss: string,
  ): Promise<number[]> {
    await tf.setBackend(backend);
    const model = make();
    model.compile({ optimizer: optimizers[optimizer](), loss, metrics: ['accuracy'] });
    const images = tf.tensor(
      Array.from({ length: 6 * 32 }, (_, i) => Math.sin(i)),
      [6, 4, 4, 2],
    );
    const labels = tf.cast(tf.oneHot([0, 1, 2, 0, 1, 2], 3), 'float32');
    const { history } = await model.fit(images, labels, { epochs: 4, verbose: 0, shuffle: false });
    tf.dispose([images, labels]);
    model.dispose();
    return history.loss as number[];
  }

  test.each([
    ...losses.map(loss => ['dense', 'sgd', loss] as const),
    ...(Object.keys(optimizers) as (keyof typeof optimizers)[]).map(
      optimizer => ['convolutional', optimizer, 'categoricalCrossentropy'] as const,
    ),
  ])('%s, %s, %s: the losses of cpu', async (name, optimizer, loss) => {
    const make = name === 'dense' ? dense : convolutional;
    const expected = await history('cpu', make, optimizer, loss);
    const given = await history('ort', make, optimizer, loss);
    expect(expected).toHaveLength(4);
    given.forEach((value, epoch) => {
      expect(Math.abs(value - expected[epoch]!)).toBeLessThan(1e-4 * Math.max(1, expected[epoch]!));
    });
  });
});
