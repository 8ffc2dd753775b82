import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configureOrt, ortBackend } from '../../src/index';
import { distance, normal, onBoth } from '../backends';

beforeAll(async () => {
  configureOrt({ runtime: 'web', threads: 2 });
  await tf.setBackend('ort');
});

afterAll(() => configureOrt({}));

test('the WebAssembly runtime trains in Node', async () => {
  expect(ortBackend()!.runtimeName).toBe('onnxruntime-web');
  const w = tf.variable(tf.tensor1d([1, 2, 3]));
  const optimizer = tf.train.adam(0.1);
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    const loss = optimizer.minimize(() => tf.mean<tf.Scalar>(tf.square(w)), true)!;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  expect(losses[0]).toBeCloseTo(14 / 3, 5);
  expect([...losses].sort((a, b) => b - a)).toEqual(losses);
});

test('attention has the values of the cpu backend', async () => {
  const inputs = [5, 7, 7].map((tokens, seed) => normal([2, tokens, 12], seed));
  const { cpu, ort } = await onBoth(inputs, (...given) => {
    const [queries, keys, values] = given.map(x =>
      tf.transpose(tf.reshape(x, [2, x.shape[1]!, 3, 4]), [0, 2, 1, 3]),
    );
    const weights = tf.softmax(tf.matMul(tf.mul(queries!, 0.5), keys!, false, true));
    return tf.reshape(tf.transpose(tf.matMul(weights, values!), [0, 2, 1, 3]), [2, 5, 12]);
  });
  expect(ortBackend()!.runtimeName).toBe('onnxruntime-web');
  expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(1e-6);
  expect(ortBackend()!.statistics.fewerRewrites).toBe(0);
});

test('reading synchronously says what to do instead', async () => {
  const y = tf.add(tf.ones([2]), tf.tensor1d([1, 2]));
  expect(() => y.dataSync()).toThrow(/onnxruntime-web.*await tensor\.data\(\).*onnxruntime-node/s);
  expect(Array.from(await y.data())).toEqual([2, 3]);
});

test('several reads, and kernels appended while one is pending', async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const square = tf.square(x);
  const reading = square.data();
  const next = tf.add(square, 1);
  x.dispose();
  square.dispose();
  const [first, second] = await Promise.all([reading, next.data()]);
  expect(Array.from(first)).toEqual([1, 4, 9]);
  expect(Array.from(second)).toEqual([2, 5, 10]);
});

test('an execution provider that a runtime has not is named', async () => {
  configureOrt({ runtime: 'native', executionProviders: ['coreml'] });
  await expect(tf.setBackend('ort').then(ok => ok)).resolves.toBe(false);
  configureOrt({ runtime: 'web', threads: 2 });
  expect(await tf.setBackend('ort')).toBe(true);
});
