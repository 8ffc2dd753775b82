import { expect, test } from 'vitest';
import { encodeModel } from '../../src/onnx/encoder';
import { OnnxModel } from '../../src/onnx/model';
import { loadNativeRuntime } from '../../src/runtime/native';
import type { HostTensor } from '../../src/runtime/runtime';
import { stopMessage } from '../../src/runtime/uncopied';

const options = { threads: 1, executionProviders: ['cpu'] };

function tensor(length: number, dims = [length]): HostTensor {
  return { type: 'float32', dims, data: new Float32Array(length).fill(2), location: 'cpu' };
}

test('outputs are written into the arrays that are given, and not copied', async () => {
  const runtime = await loadNativeRuntime(options);
  expect(runtime.unreadableFirst).toBe(true);
  const length = 1e7;
  const model = new OnnxModel();
  model.outputUnreadable();
  model.output(model.add('Neg', [model.input('float32', [length])]), 'float32', [length]);
  const session = runtime.createSync!(encodeModel(model));
  const [x0, y1] = [tensor(length), tensor(length)];
  const before = process.memoryUsage().external;
  session.runSync!({ x0 }, { y1 });
  expect(process.memoryUsage().external - before).toBeLessThan((4 * length) / 2);
  expect([y1.data[0], y1.data[length - 1]]).toEqual([-2, -2]);
  session.release();
});

test('an error of the run itself is thrown', async () => {
  const runtime = await loadNativeRuntime(options);
  const model = new OnnxModel();
  model.outputUnreadable();
  model.output(model.add('Neg', [model.input('float32', [3])]), 'float32', [3]);
  const session = runtime.createSync!(encodeModel(model));
  expect(() => session.runSync!({ x0: tensor(2) }, { y1: tensor(3) })).toThrow(/dimension/);
  session.release();
});

test('a binding that does not stop, or stops too early, is left to copy', () => {
  expect(stopMessage(() => ({}))).toBeUndefined();
  const early = () => {
    throw new Error('no such type');
  };
  expect(stopMessage(early)).toBeUndefined();
});
