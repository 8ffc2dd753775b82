import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apart, forwardsAndBackwards } from '../fuzz/broadcasts';
import { drawWindowed } from '../fuzz/windows';
import { configureOrt, fallbackCounts } from '../src/index';
import './backends';

beforeAll(async () => {
  configureOrt({ threads: 1 });
  await tf.setBackend('ort');
});
afterAll(() => configureOrt({}));

const counted = (kernel: string): number => fallbackCounts()[kernel] ?? 0;

test('padding as wide as the window falls back to cpu, forwards and backwards, and is counted', () => {
  const before = ['MaxPool', 'MaxPoolGrad'].map(counted);
  tf.tidy(() => {
    const x = tf.tensor4d([3], [1, 1, 1, 1]);
    const pool = (y: tf.Tensor4D) => tf.maxPool(y, 1, 1, 1);
    expect(pool(x).shape).toEqual([1, 3, 3, 1]);
    expect(pool(x).dataSync()[4]).toBe(3);
    const gradient = tf.grad(y => tf.slice(pool(y as tf.Tensor4D), [0, 1, 1, 0], [1, 1, 1, 1]))(x);
    expect(Array.from(gradient.dataSync())).toEqual([1]);
  });
  expect(counted('MaxPool') - before[0]!).toBeGreaterThan(0);
  expect(counted('MaxPoolGrad') - before[1]!).toBe(1);
});

test('where tfjs rounds the number of windows up, the gradient is that of cpu, and is counted', async () => {
  const before = counted('Conv2DBackpropFilter');
  const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const gradient = tf.tidy(() =>
    tf.grad(f => tf.sum(tf.conv2d(x, f as tf.Tensor4D, 2, 0, 'NHWC', 1, 'ceil')))(filter),
  );
  // tfjs does not tell the gradient of the rounding: it has the one whole window, [[1, 2], [4, 5]].
  expect(Array.from(await gradient.data())).toEqual([1, 2, 4, 5]);
  expect(counted('Conv2DBackpropFilter') - before).toBe(1);
  tf.dispose([filter, x, gradient]);
});

test('the usual convolutions and poolings do not fall back', async () => {
  const before = JSON.stringify(fallbackCounts());
  const x = tf.ones([1, 9, 7, 2]) as tf.Tensor4D;
  const filter = tf.ones([3, 3, 2, 2]) as tf.Tensor4D;
  for (const pad of ['same', 'valid', 1] as const) {
    for (const stride of [1, 2]) {
      const y = tf.tidy(() => {
        const loss = (a: tf.Tensor, f: tf.Tensor) => {
          const z = tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, stride, pad);
          const d = tf.depthwiseConv2d(a as tf.Tensor4D, f as tf.Tensor4D, stride, pad);
          const pooled = tf.avgPool(tf.maxPool(z, 2, stride, 'valid'), 2, 1, 'same');
          return tf.add(tf.sum(pooled), tf.sum(d));
        };
        return tf.grads((a, f) => loss(a!, f!))([x, filter]);
      });
      await Promise.all(y.map(part => part.data()));
      tf.dispose(y);
    }
  }
  tf.dispose([x, filter]);
  expect(JSON.stringify(fallbackCounts())).toBe(before);
});

test('convolutions and poolings of any geometry are those of cpu, forwards and backwards', async () => {
  for (let seed = 0; seed < 390; seed++) {
    const { text, operands, compute } = drawWindowed(seed);
    await tf.setBackend('cpu');
    const expected = await forwardsAndBackwards(compute, operands);
    await tf.setBackend('ort');
    const given = await forwardsAndBackwards(compute, operands);
    expect(apart(expected, given), text).toBeLessThan(1e-5);
  }
}, 120_000);
