import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import './backends';
import { isNormal, references } from './references';

/** Rows of logits: sure and right, sure and wrong, ties, far apart, and many. */
const rows = [
  [0, -20, -25, -3],
  [20, 0, 0, 0],
  [0, 80, -5, 1],
  [7, 7, 7, 7],
  [1000, 1000, 985, 900],
  [-1000, -1040, -1060, -1080],
  [1e-8, 0, -30, -60],
  [0.1, -0.2, 0.3, -0.4],
];
const values = Float32Array.from(rows.flat());

function logSoftmax(row: ArrayLike<number>): number[] {
  const numbers = Array.from(row);
  const top = numbers.indexOf(numbers.reduce((a, b) => Math.max(a, b)));
  const rest = numbers.reduce(
    (sum, x, i) => (i === top ? sum : sum + Math.exp(x - numbers[top]!)),
    0,
  );
  return numbers.map(x => x - numbers[top]! - Math.log1p(rest));
}

const expected = rows.flatMap((_, i) => logSoftmax(values.subarray(4 * i, 4 * i + 4)));

/** The greatest relative error where the result is a normal float32. */
function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  return Array.from(wanted).reduce((worst, y, i) => {
    if (!isNormal(y)) return worst;
    const error = Math.abs(got[i]! - y) / Math.abs(y);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }, 0);
}

beforeEach(async () => {
  await tf.setBackend('ort');
});

const logits = (): tf.Tensor2D => tf.tensor2d(values, [rows.length, 4]);

test('softmax and its logarithm, also of long rows', async () => {
  expect(relativeError(await tf.softmax(logits()).data(), expected.map(Math.exp))).toBeLessThan(
    1e-5,
  );
  expect(relativeError(await tf.logSoftmax(logits()).data(), expected)).toBeLessThan(1e-5);
  const kernel = tf.engine().runKernel('LogSoftmax', { logits: logits() }, { axis: 1 });
  expect(relativeError(await (kernel as tf.Tensor).data(), expected)).toBeLessThan(1e-5);
  const long = Float32Array.from({ length: 3e5 }, (_, i) => (i === 7 ? 12 : Math.sin(i)));
  const wanted = logSoftmax(long);
  expect(
    relativeError(await tf.softmax(tf.tensor1d(long)).data(), wanted.map(Math.exp)),
  ).toBeLessThan(1e-5);
  expect(relativeError(await tf.logSoftmax(tf.tensor1d(long)).data(), wanted)).toBeLessThan(1e-5);
});

test('the logarithm of a softmax that sums up to 1 by its greatest alone is not 0', async () => {
  const y = await tf.logSoftmax(tf.tensor1d([0, -20])).data();
  // log(1 + exp(-20)) is exp(-20) to nine digits.
  expect(y[0]! / -Math.exp(-20)).toBeCloseTo(1, 5);
});

test('cross entropy of classes', async () => {
  const labels = tf.oneHot(tf.tensor1d([0, 0, 1, 2, 2, 0, 0, 1], 'int32'), 4);
  const loss = tf.losses.softmaxCrossEntropy(labels, logits(), undefined, 0, tf.Reduction.NONE);
  const wanted = [0, 0, 1, 2, 2, 0, 0, 1].map((label, i) => -expected[4 * i + label]!);
  expect(relativeError(await loss.data(), wanted)).toBeLessThan(1e-5);
});

test('a sum of exponentials keeps its maximum where the program chose another', async () => {
  const x = logits();
  const other = tf.where(
    tf.lessEqual(tf.max(x, 1, true), 10),
    tf.zeros([rows.length, 1]),
    tf.max(x, 1, true),
  );
  const got = tf.sub(tf.sub(x, other), tf.log(tf.sum(tf.exp(tf.sub(x, other)), 1, true)));
  const usual = tf.slice(got, [7, 0], [1, 4]);
  expect(relativeError(await usual.data(), expected.slice(28))).toBeLessThan(1e-5);
});

test('cross entropy of yes and no, and softplus', async () => {
  const xs = Float32Array.from([-80, -30, -20, -15, -3, -1e-3, 0, 1e-3, 3, 15, 20, 30, 80]);
  const softplus = references.Softplus!.value;
  for (const label of [0, 1]) {
    const labels = tf.fill([xs.length], label);
    const loss = tf.losses.sigmoidCrossEntropy(
      labels,
      tf.tensor1d(xs),
      undefined,
      0,
      tf.Reduction.NONE,
    );
    const wanted = Array.from(xs, x => softplus(label === 1 ? -x : x));
    expect(relativeError(await loss.data(), wanted)).toBeLessThan(1e-5);
  }
});

describe('in chains of operations', () => {
  const xs = Float32Array.from({ length: 400 }, (_, i) => (i - 200) / 4);
  const { value: sigmoid } = references.Sigmoid!;

  test.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    [
      'log(sigmoid(-|x|))',
      x => tf.log(tf.sigmoid(tf.neg(tf.abs(x)))),
      x => Math.log(sigmoid(-Math.abs(x))),
    ],
    ['x * sigmoid(x)', x => tf.mul(x, tf.sigmoid(x)), x => x * sigmoid(x)],
    [
      'x * sigmoid(1.702 x)',
      x => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
      x => x * sigmoid(Math.fround(1.702 * x)),
    ],
    ['tanh(x) / x', x => tf.div(tf.tanh(x), x), x => (x === 0 ? 0 : Math.tanh(x) / x)],
    [
      'elu of a product',
      x => tf.elu(tf.matMul(tf.reshape(x, [-1, 1]), tf.ones([1, 1]))),
      x => (x > 0 ? x : Math.expm1(x)),
    ],
    ['dense with sigmoid', x => dense(x, 'sigmoid'), sigmoid],
    ['dense with elu', x => dense(x, 'elu'), x => (x > 0 ? x : Math.expm1(x))],
  ])('%s', async (_name, f, wanted) => {
    const got = await f(tf.tensor1d(xs)).data();
    expect(relativeError(got, Array.from(xs, wanted))).toBeLessThan(1e-5);
  });
});

function dense(x: tf.Tensor, activation: 'sigmoid' | 'elu'): tf.Tensor {
  return tf.fused.matMul({ a: tf.reshape(x, [-1, 1]), b: tf.ones([1, 1]), activation });
}
