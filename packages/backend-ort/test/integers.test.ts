import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configureOrt } from '../src/index';
import './backends';

beforeAll(() => configureOrt({ threads: 1 }));
afterAll(() => configureOrt({}));

const { NaN: none, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;
const floats = [
  none,
  infinity,
  minusInfinity,
  0,
  -0,
  0.5,
  -0.5,
  1.9,
  -1.9,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 256,
  2 ** 32 + 512,
  -(2 ** 32) - 512,
  1e10,
  -1e10,
  1e20,
  3e38,
];
const integers = [
  0, 1, -1, 2, -2, 3, -3, 7, -7, 255, 65536, -65536, 46341, 123456789, -987654321, 2147483646,
  2147483647, -2147483648,
];
const divisors = integers.filter(value => value !== 0);

async function on(backend: string, compute: () => tf.Tensor): Promise<[string, number[]]> {
  await tf.setBackend(backend);
  const result = tf.tidy(compute);
  const values = Array.from(await result.data());
  const { dtype } = result;
  result.dispose();
  return [dtype, values];
}

const onOrt = async (compute: () => tf.Tensor): Promise<number[]> => (await on('ort', compute))[1];
const whole = (values: readonly number[]) => tf.tensor1d([...values], 'int32');

test('a cast to integers cuts off towards zero, keeps the last 32 bits, and makes 0 of NaN and infinities', async () => {
  const values = [none, infinity, minusInfinity, 1.9, -1.9, 2 ** 31, 2 ** 32 + 512, -1e10, 1e20];
  const given = await onOrt(() => tf.cast(tf.tensor1d(values), 'int32'));
  // -10^10 is -2 * 2^32 - 1410065408, and 10^20 in float32 a multiple of 2^32.
  expect(given).toEqual([0, 0, 0, 1, -1, -(2 ** 31), 512, -1410065408, 0]);
});

test('sums and products of integers that do not fit keep the last 32 bits', async () => {
  const most = 2 ** 31 - 1;
  // Ten times 2^31 - 1 is 5 * 2^32 - 10.
  expect(await onOrt(() => tf.sum(tf.fill([10], most, 'int32')))).toEqual([-10]);
  expect(await onOrt(() => tf.add(whole([most]), whole([1])))).toEqual([-(2 ** 31)]);
  expect(await onOrt(() => tf.cumsum(whole([most, most, most])))).toEqual([most, -2, most - 2]);
  expect(await onOrt(() => tf.mul(whole([65537]), whole([65536])))).toEqual([65536]);
  expect(await onOrt(() => tf.prod(whole([65537, 65536, 3])))).toEqual([3 * 65536]);
  expect(await onOrt(() => tf.squaredDifference(whole([65536]), whole([-1])))).toEqual([131073]);
  // Squares that fit are exact, above 2^24 too.
  expect(await onOrt(() => tf.square(whole([4097])))).toEqual([16785409]);
});

test('division rounds down and what is left has the sign of the divisor', async () => {
  const pair = () => [tf.tensor1d([7, -7, 7, -7]), tf.tensor1d([3, 3, -3, -3])] as const;
  expect(await onOrt(() => tf.floorDiv(...pair()))).toEqual([2, -3, -3, 2]);
  expect(await onOrt(() => tf.mod(...pair()))).toEqual([1, 2, -2, -1]);
  const given = [7, -7, 7, -7];
  const by = [3, 3, -3, -3];
  expect(await onOrt(() => tf.floorDiv(whole(given), whole(by)))).toEqual([2, -3, -3, 2]);
  expect(await onOrt(() => tf.mod(whole(given), whole(by)))).toEqual([1, 2, -2, -1]);
  // A tenth in float32 is a little more, so that it is in 1 nine times.
  expect(await onOrt(() => tf.floorDiv(tf.tensor1d([1]), tf.tensor1d([0.1])))).toEqual([9]);
  expect(await onOrt(() => tf.mod(tf.tensor1d([-1e-8]), tf.tensor1d([3])))).toEqual([3]);
});

describe('of every two of a list of odd numbers, as on cpu:', () => {
  const pairs = (left: readonly number[], right: readonly number[], dtype: 'int32' | 'float32') =>
    [
      tf.tensor2d([...left], [left.length, 1], dtype),
      tf.tensor2d([...right], [1, right.length], dtype),
    ] as const;
  const cases: Readonly<Record<string, () => tf.Tensor>> = {
    'cast to int32': () => tf.cast(tf.tensor1d(floats), 'int32'),
    'cast of a computed number': () => tf.cast(tf.mul(tf.tensor1d(floats), 1), 'int32'),
    'cast of a scalar': () => tf.cast(tf.mul(tf.scalar(infinity), 1), 'int32'),
    'cast to bool': () => tf.cast(tf.tensor1d(floats), 'bool'),
    'cast of int32 to bool': () => tf.cast(whole(integers), 'bool'),
    'cast of int32 to float32': () => tf.cast(whole(integers), 'float32'),
    add: () => tf.add(...pairs(integers, integers, 'int32')),
    sub: () => tf.sub(...pairs(integers, integers, 'int32')),
    mul: () => tf.mul(...pairs(integers, integers, 'int32')),
    squaredDifference: () => tf.squaredDifference(...pairs(integers, integers, 'int32')),
    floorDiv: () => tf.floorDiv(...pairs(integers, divisors, 'int32')),
    div: () => tf.div(...pairs(integers, divisors, 'int32')),
    mod: () => tf.mod(...pairs(integers, divisors, 'int32')),
    'floorDiv of floats': () => tf.floorDiv(...pairs(floats, floats, 'float32')),
    'mod of floats': () => tf.mod(...pairs(floats, floats, 'float32')),
    maximum: () => tf.maximum(...pairs(integers, integers, 'int32')),
    neg: () => tf.neg(whole(integers)),
    sum: () => tf.sum(whole(integers)),
    'sum over an axis': () =>
      tf.sum(tf.tile(pairs(integers, integers, 'int32')[0], [1, 9]), 1, true),
    'sum of truths': () => tf.sum(tf.cast(whole(integers), 'bool')),
    prod: () => tf.prod(whole(divisors)),
    'prod over an axis': () => tf.prod(tf.tile(pairs(integers, integers, 'int32')[0], [1, 3]), 1),
    cumsum: () => tf.cumsum(whole(integers)),
    cumprod: () => tf.cumprod(whole(divisors)),
    addN: () => tf.addN([whole(integers), whole(integers), whole(integers)]),
    mean: () => tf.mean(whole(integers)),
    'sum of segments': () => tf.unsortedSegmentSum(whole([1, 2, 3, 4]), whole([1, 0, 1, 5]), 2),
  };
  test.each(Object.entries(cases))('%s', async (_name, compute) => {
    const [dtype, expected] = await on('cpu', compute);
    const [type, given] = await on('ort', compute);
    expect(type).toBe(dtype);
    if (dtype !== 'float32') expect(given).toEqual(expected);
    else
      given.forEach((value, i) => {
        if (Object.is(value, expected[i]) || value === expected[i]) return;
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[i]!));
      });
  });
});
