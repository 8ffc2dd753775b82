import { encodeOnnx, OnnxModel } from '@shroom/formats';
import { memory, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { configureOrt, openOnnx } from '../src/index';
import { integerOptions, isSumCutOff } from '../src/runtime/integers';
import type { Tensors } from '../src/runtime/runtime';

beforeAll(() => setBackend('ort'));

const facts = { irVersion: 8, operatorSets: { '': 17 }, producer: 'test' };

/** A file that multiplies unsigned integers by rows of 127, -128 and 1. */
function productFile(length: number) {
  const model = new OnnxModel();
  const x = model.input('float32', ['N' as never, length]);
  const rows = Int8Array.from({ length: length * 3 }, (_, k) => [127, -128, 1][k % 3]!);
  const weights = model.constant('int8', [length, 3], new Uint8Array(rows.buffer));
  const integers = model.add('Cast', [x], { to: 2 });
  const sums = model.add('Cast', [model.add('MatMulInteger', [integers, weights])], { to: 1 });
  const y = model.output(sums, 'float32', ['N' as never, 3]);
  return { x, y, bytes: encodeOnnx(model, 'inside', facts).bytes };
}

test('an ONNX file computes on tensors, and large sums of integers are not cut off', async () => {
  const { x, y, bytes } = productFile(64);
  const file = openOnnx(bytes);
  const images = tensor2d(new Float32Array(128).fill(255, 0, 64).fill(2, 64), [2, 64]);
  const before = memory().numTensors;
  const [sums] = file.run({ [x]: images }, { [y]: [2, 3] });
  expect(memory().numTensors - before).toBe(1);
  expect([...(await sums!.data())]).toEqual([
    ...[255 * 127 * 64, -255 * 128 * 64, 255 * 64],
    ...[2 * 127 * 64, -2 * 128 * 64, 2 * 64],
  ]);
  expect(() => file.run({ [x]: images }, { [y]: [2, 4] })).toThrow();
  expect(() => file.run({ other: images }, { [y]: [2, 3] })).toThrow(/Missing Input/);
  file.dispose();
});

test('bytes that are no ONNX file are refused', () => {
  expect(() => openOnnx(new Uint8Array(100).fill(7))).toThrow();
});

test('where large sums are cut off, integers are computed in another way', () => {
  const sums = (value: number) => () => ({
    run: (_: Tensors, fetches: Tensors) => {
      for (const { data } of Object.values(fetches)) data.fill(value);
    },
    dispose: () => {},
  });
  expect(isSumCutOff(sums(255 * 127 * 64))).toBe(false);
  expect(integerOptions(sums(255 * 127 * 64))).toEqual({});
  // Each pair of products is cut off at 16 bits.
  expect(isSumCutOff(sums(32767 * 32))).toBe(true);
  expect(integerOptions(sums(32767 * 32))).toEqual({ session: { x64quantprecision: '1' } });
});

test('an ONNX file is refused on WebAssembly, and before the backend has started', async () => {
  const { bytes } = productFile(4);
  configureOrt({ runtime: 'web' });
  expect(() => openOnnx(bytes)).toThrow(/call setBackend\('ort'\) first/);
  await setBackend('ort');
  expect(() => openOnnx(bytes)).toThrow(/ONNX files need the native runtime .* onnxruntime-web/);
  configureOrt({});
  await setBackend('ort');
});
