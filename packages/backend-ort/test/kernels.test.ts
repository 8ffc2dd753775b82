import { readdir } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configureOrt, fallbackCounts, kernelCoverage } from '../src/index';
import { translations } from '../src/kernels/translations';
import { distance } from './backends';
import { kernelCases } from './kernel-cases';
import type { KernelCase, KernelInput } from './kernel-input';

beforeAll(() => configureOrt({ threads: 1 }));
afterAll(() => configureOrt({}));

/** Results of a kernel as tfjs calls it. @param prepare What is done to each input before. */
function call(
  kernel: string,
  { inputs, attrs = {}, reference }: KernelCase,
  prepare: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor[] {
  const made = Object.values<KernelInput>(inputs).map(input => prepare(tensorOf(input)));
  if (reference && tf.getBackend() === 'cpu') return [reference(...made)];
  const names = Object.keys(inputs);
  const named = Array.isArray(inputs)
    ? made
    : Object.fromEntries(made.map((x, index) => [names[index], x]));
  const results = tf.engine().runKernel(kernel, named, attrs as tf.NamedAttrMap);
  return [results].flat() as tf.Tensor[];
}

const tensorOf = ({ shape, dtype, values }: KernelInput): tf.Tensor =>
  tf.tensor([...values], [...shape], dtype);

async function on(
  backend: string,
  kernel: string,
  given: KernelCase,
  prepare: (x: tf.Tensor) => tf.Tensor = x => x,
) {
  await tf.setBackend(backend);
  const results = tf.tidy(() => call(kernel, given, prepare));
  const values = await Promise.all(
    results.map(async result => ({
      dtype: result.dtype,
      shape: result.shape,
      values: Array.from(await result.data(), Number),
    })),
  );
  tf.dispose(results);
  return values;
}

test('every kernel of the table has a case', () => {
  const { onnx, view } = kernelCoverage();
  expect(Object.keys(kernelCases).sort()).toEqual([...onnx, ...view].sort());
});

test('the table lists every kernel of src/kernels once', async () => {
  const folder = new URL('../src/kernels/', import.meta.url);
  const found: string[] = [];
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, object>;
    for (const [name, kernels] of Object.entries(module))
      if (name.endsWith('Kernels') && typeof kernels === 'object')
        found.push(...Object.keys(kernels));
  }
  expect(found.sort()).toEqual(Object.keys(translations).sort());
});

describe.each(Object.entries(kernelCases))('%s', (kernel, given) => {
  test('gives what it gives on cpu, computed by ONNX Runtime', async () => {
    const expected = await on('cpu', kernel, given);
    const before = fallbackCounts()[kernel];
    const computed = await on('ort', kernel, given);
    expect(fallbackCounts()[kernel]).toBe(before);
    expect(computed.map(({ dtype, shape }) => [dtype, shape])).toEqual(
      expected.map(({ dtype, shape }) => [dtype, shape]),
    );
    for (const [index, result] of expected.entries())
      expect(distance(result, computed[index]!)).toBeLessThanOrEqual(1e-5);
  });

  test('gives the same of inputs that are yet to be computed', async () => {
    const known = await on('ort', kernel, given);
    // Reversed twice: a value of the graph, of any dtype.
    const pending = (x: tf.Tensor) => (x.rank > 0 ? tf.reverse(tf.reverse(x)) : x);
    const computed = await on('ort', kernel, given, pending);
    for (const [index, result] of known.entries())
      expect(distance(result, computed[index]!)).toBeLessThanOrEqual(1e-5);
  });

  test('leaves no tensor and no data behind', async () => {
    await tf.setBackend('ort');
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    await on('ort', kernel, given);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  });
});
