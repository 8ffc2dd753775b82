import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import './backends';

const manyValues = 1e7;

/** Numbers of one sign: one value, values that vary, and one number that outweighs all others. */
const fills: Readonly<Record<string, (i: number, size: number) => number>> = {
  'equal numbers': () => 0.1,
  'numbers of many sizes': i => 1 / (1 + (i % 977)),
  'one large number and many small ones': (i, size) => (i === 0 ? size / 2 : 0.3),
};

/** Sums over axes in float64. */
function sums(
  values: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float64Array {
  let size = 1;
  const strides = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) continue;
    strides[axis] = size;
    size *= shape[axis]!;
  }
  const totals = new Float64Array(size);
  const place = shape.map(() => 0);
  let to = 0;
  for (const value of values) {
    totals[to]! += value;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      to += strides[axis]!;
      if (++place[axis]! < shape[axis]!) break;
      to -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return totals;
}

function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  return Array.from(wanted).reduce(
    (worst, y, i) => Math.max(worst, Math.abs(got[i]! / y - 1)),
    got.length === wanted.length ? 0 : Number.POSITIVE_INFINITY,
  );
}

beforeEach(async () => {
  await tf.setBackend('ort');
});

describe.each(Object.entries(fills))('%s', (_name, fill) => {
  test.each<[number[], number[]]>([
    [[manyValues], [0]],
    // No divisor to cut it by.
    [[1000003], [0]],
    [[250000, 4], [0]],
    [[4, 250000], [1]],
    [
      [8, 149, 149, 6],
      [0, 1, 2],
    ],
    [[3, 100003, 2], [1]],
    [
      [40, 90, 5, 70],
      [0, 2],
    ],
    [
      [40, 90, 5, 70],
      [1, 3],
    ],
    [
      [300, 2, 300],
      [0, 2],
    ],
  ])('%j over %j', async (shape, axes) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: size }, (_, i) => fill(i, size));
    const x = tf.tensor(values, shape);
    const wanted = sums(values, shape, axes);
    expect(relativeError(await tf.sum(x, axes).data(), wanted)).toBeLessThan(1e-5);
    const means = wanted.map(sum => (sum * wanted.length) / size);
    const mean = tf.mean(x, axes, true);
    expect(mean.shape).toEqual(shape.map((length, i) => (axes.includes(i) ? 1 : length)));
    expect(relativeError(await mean.data(), means)).toBeLessThan(1e-5);
    tf.dispose([x, mean]);
  });

  test('mean squares of each channel after a convolution', async () => {
    const shape: [number, number, number, number] = [2, 150, 150, 16];
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: size }, (_, i) =>
      Math.sqrt(fill(Math.floor(i / 16), size / 16)),
    );
    const identity = tf.reshape<tf.Rank.R4>(tf.eye(16), [1, 1, 16, 16]);
    const y = tf.conv2d(tf.tensor4d(values, shape), identity, 1, 'same');
    const squares = values.map(value => value ** 2);
    const wanted = sums(squares, shape, [0, 1, 2]).map(sum => (sum * 16) / size);
    const got = await tf.mean(tf.square(y), [0, 1, 2]).data();
    expect(relativeError(got, wanted)).toBeLessThan(1e-5);
  });
});

test('few numbers are added up at once, and integers are exact', async () => {
  expect(Array.from(await tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2]), 0).data())).toEqual([4, 6]);
  const ones = tf.fill([100000], 16777, 'int32');
  expect(Array.from(await tf.sum(ones).data())).toEqual([1677700000]);
});

test('NaN and infinities go through', async () => {
  const values = new Float32Array(5000).fill(1);
  values[4321] = Number.POSITIVE_INFINITY;
  expect((await tf.sum(tf.tensor1d(values)).data())[0]).toBe(Number.POSITIVE_INFINITY);
  values[17] = Number.NaN;
  expect((await tf.mean(tf.tensor1d(values)).data())[0]).toBeNaN();
});

test('cumulative sums', async () => {
  const x = tf.fill([2, 1e6], 0.1);
  const got = await tf.cumsum(x, 1).data();
  const wanted = Float64Array.from(got, (_, i) => ((i % 1e6) + 1) * Math.fround(0.1));
  expect(relativeError(got, wanted)).toBeLessThan(1e-5);
  const backwards = await tf.cumsum(x, 1, false, true).data();
  expect(relativeError(backwards.slice(1e6), wanted.slice(0, 1e6).reverse())).toBeLessThan(1e-5);
});

test('norms, and losses', async () => {
  const x = tf.fill([manyValues], 0.1);
  const tenth = Math.fround(0.1);
  expect(relativeError(await tf.norm(x).data(), [Math.sqrt(manyValues) * tenth])).toBeLessThan(
    1e-5,
  );
  expect(relativeError(await tf.norm(x, 1).data(), [manyValues * tenth])).toBeLessThan(1e-5);
  const loss = tf.losses.meanSquaredError(tf.zeros([manyValues]), x);
  expect(relativeError(await loss.data(), [tenth * tenth])).toBeLessThan(1e-5);
  const absolute = tf.losses.absoluteDifference(tf.zeros([manyValues]), x);
  expect(relativeError(await absolute.data(), [tenth])).toBeLessThan(1e-5);
});

test.each([
  [1, 1e7, 1],
  [2, 1000003, 3],
  [8, 300000, 1],
  [1, 300000, 8],
])('products of [%i, %i] by [.., %i], transposed or not', async (rows, inner, columns) => {
  const left = Float32Array.from({ length: inner }, (_, i) => 0.1 + (i % 7));
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const a = tf.tidy(() => {
      const row = tf.tile(tf.tensor2d(left, [1, inner]), [rows, 1]);
      const scaled = tf.mul(row, tf.reshape(tf.range(1, rows + 1), [rows, 1]));
      return (transposeA ? tf.transpose(scaled) : scaled) as tf.Tensor2D;
    });
    const b = tf.fill<tf.Rank.R2>(transposeB ? [columns, inner] : [inner, columns], 0.7);
    const y = tf.matMul(a, b, transposeA, transposeB);
    const once = left.reduce((sum, value) => sum + value * Math.fround(0.7), 0);
    const wanted = Array.from(
      { length: rows * columns },
      (_, i) => once * (1 + Math.floor(i / columns)),
    );
    expect(y.shape).toEqual([rows, columns]);
    expect(relativeError(await y.data(), wanted)).toBeLessThan(1e-5);
    tf.dispose([a, b, y]);
  }
});

// Of the pixels of an image, 19 x 19 and 10 x 10 are few, 75 x 75 are many, and 1009 x 997 is a product of two primes.
test.each([
  [[4, 301, 299, 8]],
  [[2, 600, 600, 3]],
  [[1, 1009, 997, 2]],
  [[64, 19, 19, 6]],
  [[200, 10, 10, 5]],
  [[8, 75, 75, 4]],
])('the statistics of a batch norm after a convolution, %j', async shape => {
  const channels = shape[3]!;
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, (_, i) => 3 + ((i * 37) % 101) / 50);
  const identity = tf.reshape<tf.Rank.R4>(tf.eye(channels), [1, 1, channels, channels]);
  const x = tf.tensor4d(values, shape as [number, number, number, number]);
  const y = tf.conv2d(x, identity, 1, 'same');
  const { mean, variance } = tf.moments(y, [0, 1, 2]);
  const count = size / channels;
  const means = sums(values, shape, [0, 1, 2]).map(sum => sum / count);
  const squares = values.map((value, i) => (value - means[i % channels]!) ** 2);
  const variances = sums(squares, shape, [0, 1, 2]).map(sum => sum / count);
  expect(relativeError(await mean.data(), means)).toBeLessThan(1e-5);
  expect(relativeError(await variance.data(), variances)).toBeLessThan(1e-5);
});
