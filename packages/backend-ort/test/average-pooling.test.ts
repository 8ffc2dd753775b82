import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { distance, normal, onBoth } from './backends';

type Rounding = 'floor' | 'round' | 'ceil' | undefined;
type Pad = 'same' | 'valid' | number;

/** The pooling is linear: `dy . pool(dx) = gradient(dy) . dx`, for random `dx` and `dy`. */
async function isTheGradient(shape: number[], pool: (x: tf.Tensor) => tf.Tensor): Promise<void> {
  const { cpu, ort } = await onBoth([normal(shape, 1), normal(shape, 2)], (x, dx) => {
    const y = pool(dx);
    const dy = tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
    const gradient = tf.grad((image: tf.Tensor) => tf.sum(tf.mul(pool(image), dy)))(x);
    return [tf.sum(tf.mul(y, dy)), tf.sum(tf.mul(gradient, dx)), gradient];
  });
  expect(distance(ort[1]!, ort[0]!)).toBeLessThan(1e-5);
  expect(distance(cpu[1]!, cpu[0]!)).toBeLessThan(1e-5);
  expect(distance(cpu[2]!, ort[2]!)).toBeLessThan(1e-5);
}

test('the gradient at a corner is divided by the pixels that the window has there', async () => {
  // Windows of 3 by 3 over an image of 2 by 2: each has all four pixels, and no others.
  const pool = (x: tf.Tensor) => tf.sum(tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'));
  const x = { shape: [1, 2, 2, 1], values: [1, 2, 3, 4] };
  const { cpu, ort } = await onBoth([x], image => tf.grad(pool)(image));
  expect(ort[0]!.values).toEqual([1, 1, 1, 1]);
  expect(cpu[0]!.values).toEqual([1, 1, 1, 1]);
});

test.each<[Pad, number, Rounding]>([
  ['same', 1, undefined],
  ['same', 2, undefined],
  ['same', 3, undefined],
  ['valid', 2, undefined],
  [1, 1, 'floor'],
  [1, 2, 'floor'],
  [1, 2, 'ceil'],
  [1, 3, 'round'],
  [0, 2, 'ceil'],
])('in two dimensions, pad %s, strides %s, %s', async (pad, strides, rounding) => {
  if (typeof pad === 'string')
    await isTheGradient([2, 7, 6, 2], x => tf.avgPool(x as tf.Tensor4D, [3, 2], strides, pad));
  await isTheGradient([1, 5, 8, 3], x => tf.avgPool(x as tf.Tensor4D, 3, strides, pad, rounding));
});

test('with explicit padding, also more after than before', async () => {
  const pads: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [1, 0],
    [2, 1],
    [0, 0],
  ];
  await isTheGradient([1, 3, 3, 1], x => tf.avgPool(x as tf.Tensor4D, 3, 1, pads));
  await isTheGradient([2, 6, 5, 2], x => tf.avgPool(x as tf.Tensor4D, [3, 3], 2, pads));
});

test.each<[Pad, number, Rounding]>([
  ['same', 1, undefined],
  ['same', 2, undefined],
  ['valid', 1, undefined],
  [1, 2, 'floor'],
  [1, 2, 'ceil'],
])('in three dimensions, pad %s, strides %s, %s', async (pad, strides, rounding) => {
  await isTheGradient([1, 4, 5, 4, 2], x =>
    tf.avgPool3d(x as tf.Tensor5D, [2, 3, 2], strides, pad, rounding),
  );
});
