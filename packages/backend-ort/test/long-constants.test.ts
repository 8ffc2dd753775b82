import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { ortBackend } from '../src/index';

beforeAll(async () => {
  await tf.setBackend('ort');
});

test('tf.split into 600 parts, whose sizes are a constant of 4,800 bytes, is computed by ONNX Runtime', async () => {
  const before = tf.memory().numTensors;
  const fewer = ortBackend()!.statistics.fewerRewrites;
  const sum = tf.tidy(() => {
    const parts = tf.split(tf.add(tf.range(0, 1200), 1), 600);
    // The parts are 1 and 2, 3 and 4 ...: 1 + 2 - 3 - 4 + 5 + 6 ...
    return tf.addN(parts.map((part, at) => tf.mul(part, at % 2 === 0 ? 1 : -1)));
  });
  // The first numbers are 1 - 3 + 5 - 7 ... of 600 numbers.
  expect(Array.from(await sum.data())).toEqual([-600, -600]);
  sum.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(ortBackend()!.statistics.fewerRewrites).toBe(fewer);
});

test('a gather of 1,000 places keeps them', async () => {
  const places = Array.from({ length: 1000 }, (_, place) => (place * 7) % 10);
  const found = tf.tidy(() => tf.gather(tf.mul(tf.range(0, 10), 2), tf.tensor1d(places, 'int32')));
  expect(Array.from(await found.data())).toEqual(places.map(place => 2 * place));
  found.dispose();
});
