import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configureOrt, fallbackCounts } from '../src/index';
import './backends';

beforeAll(() => configureOrt({ threads: 1 }));
afterAll(() => configureOrt({}));

/** Numbers below 0, so that zeros around them are the largest in their windows. */
const x = Array.from({ length: 2 * 5 * 7 * 3 }, (_, k) => -1 - ((k * 37) % 101) / 50);

async function on(
  engine: 'ort' | 'cpu',
  compute: (x: tf.Tensor4D) => tf.Tensor,
): Promise<number[]> {
  await tf.setBackend(engine);
  // After a convolution, maps are padded where they are, with their channels first.
  const result = tf.tidy(() => {
    const same = tf.reshape(tf.eye(3), [1, 1, 3, 3]) as tf.Tensor4D;
    return compute(tf.conv2d(tf.tensor4d(x, [2, 5, 7, 3]), same, 1, 'valid'));
  });
  const values = Array.from(await result.data());
  result.dispose();
  return values;
}

type Pool = (x: tf.Tensor4D, pad: 'valid' | 'same' | number) => tf.Tensor;
const pools: Readonly<Record<string, Pool>> = {
  maximum: (y, pad) => tf.maxPool(y, 3, 2, pad),
  'maximum of each step': (y, pad) => tf.maxPool(y, 2, 1, pad),
  mean: (y, pad) => tf.avgPool(y, 3, 2, pad),
  'mean of each step': (y, pad) => tf.avgPool(y, 2, 1, pad),
  'mean of everything': y => tf.avgPool(y, [y.shape[1], y.shape[2]], 1, 'valid'),
  convolution: (y, pad) => tf.conv2d(y, tf.ones([3, 3, 3, 2]), 2, pad),
  'depthwise convolution': (y, pad) => tf.depthwiseConv2d(y, tf.ones([3, 3, 3, 1]), 2, pad),
};

describe.each(Object.entries(pools))('the %s of a padded map', (_, pool) => {
  test.each<[number, 'valid' | 'same' | number]>([
    [0, 'valid'],
    [0, 'same'],
    [0, 1],
    [-3, 'valid'],
    [4, 'same'],
    [Number.NEGATIVE_INFINITY, 'valid'],
  ])('is as on cpu: %d around it, then %s', async (value, pad) => {
    const padded = (y: tf.Tensor4D) =>
      pool(
        tf.pad(
          y,
          [
            [0, 0],
            [1, 2],
            [2, 1],
            [0, 0],
          ],
          value,
        ),
        pad,
      );
    const expected = await on('cpu', padded);
    const before = JSON.stringify(fallbackCounts());
    const found = await on('ort', padded);
    expect(JSON.stringify(fallbackCounts())).toBe(before);
    expect(found.length).toBe(expected.length);
    found.forEach((each, k) => {
      if (Number.isFinite(expected[k]!)) expect(each).toBeCloseTo(expected[k]!, 4);
      else expect(each).toBe(expected[k]);
    });
  });
});

test('reflected edges around a map count too', async () => {
  const compute = (y: tf.Tensor4D) =>
    tf.maxPool(
      tf.mirrorPad(
        y,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ) as tf.Tensor4D,
      3,
      2,
      'valid',
    );
  expect(await on('ort', compute)).toEqual(await on('cpu', compute));
});
