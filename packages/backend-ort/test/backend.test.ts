import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { fallbackCounts, kernelCoverage, ortBackend } from '../src/index';

beforeAll(async () => {
  await tf.setBackend('ort');
});

test('a product read asynchronously and a sum read synchronously', async () => {
  const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const b = tf.add(tf.relu(tf.matMul(a, a)), 1);
  expect(Array.from(await b.data())).toEqual([8, 11, 16, 23]);
  expect(tf.sum(b).dataSync()[0]).toBe(58);
  tf.dispose([a, b]);
});

test('what the program writes into its array after computing with it does not matter', async () => {
  const values = Float32Array.of(1, 2, 3);
  const x = tf.tensor1d(values);
  const y = tf.mul(x, 2);
  values.fill(100);
  expect(Array.from(await y.data())).toEqual([2, 4, 6]);
});

test('writing into what was read does not change the tensor', () => {
  const x = tf.tensor1d([1, 2, 3]);
  x.dataSync().fill(7);
  expect(Array.from(tf.add(x, 0).dataSync())).toEqual([1, 2, 3]);
});

test('steps of one structure compile once, whatever their numbers', async () => {
  const w = tf.variable(tf.tensor1d([1, 2, 3]));
  const optimizer = tf.train.adam(0.1);
  const loss = () => tf.mean<tf.Scalar>(tf.square(w));
  const first = ortBackend()!.statistics.compilations;
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    const value = optimizer.minimize(loss, true)!;
    losses.push((await value.data())[0]!);
    value.dispose();
  }
  expect(ortBackend()!.statistics.compilations - first).toBe(1);
  expect(losses[0]).toBeCloseTo(14 / 3, 5);
  expect([...losses].sort((a, b) => b - a)).toEqual(losses);
});

test('numbers that change do not compile anything again', async () => {
  const x = tf.tensor1d([1, 2]);
  const first = ortBackend()!.statistics.compilations;
  for (let rate = 1; rate <= 5; rate++) {
    const scaled = tf.add(tf.mul(x, tf.scalar(rate)), tf.scalar(0.5));
    expect(Array.from(await scaled.data())).toEqual([rate + 0.5, 2 * rate + 0.5]);
  }
  expect(ortBackend()!.statistics.compilations - first).toBe(1);
});

test('two scalars of one computation that change one after the other', async () => {
  const x = tf.tensor1d([1]);
  const affine = async (a: number, b: number) =>
    (await tf.add(tf.mul(x, tf.scalar(a)), tf.scalar(b)).data())[0];
  expect(await affine(2, 3)).toBe(5);
  expect(await affine(4, 3)).toBe(7);
  expect(await affine(4, 5)).toBe(9);
});

test('weights of a product are fed', async () => {
  const w = tf.variable(tf.ones([4, 4]));
  const x = tf.ones<tf.Rank.R2>([2, 4]);
  const first = ortBackend()!.statistics.compilations;
  const predict = async () => (await tf.tidy(() => tf.matMul(x, w as tf.Tensor2D)).data())[0];
  for (let run = 0; run < 5; run++) expect(await predict()).toBe(4);
  w.assign(tf.fill([4, 4], 2));
  for (let run = 0; run < 4; run++) expect(await predict()).toBe(8);
  expect(ortBackend()!.statistics.compilations - first).toBe(1);
});

test('complex and string tensors work through the fallback, which is counted', async () => {
  const before = fallbackCounts().FFT ?? 0;
  const spectrum = tf.spectral.fft(tf.complex([1, 0, 0, 0], [0, 0, 0, 0]));
  expect(Array.from(await tf.real(spectrum).data())).toEqual([1, 1, 1, 1]);
  expect(fallbackCounts().FFT).toBe(before + 1);
  const words = tf.tensor(['a', 'b'], [2], 'string');
  expect(tf.reshape(words, [2, 1]).dataSync()).toEqual(['a', 'b']);
});

test('every kernel of the cpu backend is covered', () => {
  const { onnx, view, cpu } = kernelCoverage();
  const covered = new Set([...onnx, ...view, ...cpu]);
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    expect(covered).toContain(kernelName);
});
