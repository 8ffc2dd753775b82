import { OnnxModel } from '@shroom/formats';
import { expect, test } from 'vitest';
import { outputUnreadable } from '../../src/onnx/unreadable';
import { areWeightsCopied } from '../../src/runtime/beside';
import { channelsInBlock } from '../../src/runtime/blocks';
import { loadNativeRuntime } from '../../src/runtime/native';
import type { HostTensor } from '../../src/runtime/runtime';
import { stopMessage } from '../../src/runtime/uncopied';

const options = { threads: 1, executionProviders: ['cpu'], keepMemory: false };
const probe = { input: 'x', output: 'y' };

function tensor(length: number, dims = [length]): HostTensor {
  return { type: 'float32', dims, data: new Float32Array(length).fill(2), location: 'cpu' };
}

test('outputs are written into the arrays that are given, and not copied', async () => {
  const runtime = await loadNativeRuntime(options);
  expect(runtime.unreadableFirst).toBe(true);
  const length = 1e7;
  const model = new OnnxModel();
  outputUnreadable(model);
  const input = model.input('float32', [length]);
  const output = model.output(model.add('Neg', [input]), 'float32', [length]);
  const session = runtime.createSync!(model);
  const [x, y] = [tensor(length), tensor(length)];
  const before = process.memoryUsage().external;
  session.runSync!({ [input]: x }, { [output]: y });
  expect(process.memoryUsage().external - before).toBeLessThan((4 * length) / 2);
  expect([y.data[0], y.data[length - 1]]).toEqual([-2, -2]);
  session.release();
});

test('an error of the run itself is thrown', async () => {
  const runtime = await loadNativeRuntime(options);
  const model = new OnnxModel();
  outputUnreadable(model);
  const input = model.input('float32', [3]);
  const output = model.output(model.add('Neg', [input]), 'float32', [3]);
  const session = runtime.createSync!(model);
  expect(() => session.runSync!({ [input]: tensor(2) }, { [output]: tensor(3) })).toThrow(
    /dimension/,
  );
  session.release();
});

test('a binding that does not stop, or stops too early, is left to copy', () => {
  expect(stopMessage(probe, () => ({}))).toBeUndefined();
  const early = () => {
    throw new Error('no such type');
  };
  expect(stopMessage(probe, early)).toBeUndefined();
});

test('weights are taken from beside the model only where they are copied', async () => {
  expect((await loadNativeRuntime(options)).weightsBeside).toBe(true);
  const load = (weights: 'copied' | 'shared') => (model: OnnxModel) => {
    const { bytes } = model.constants[0]!;
    const seen = weights === 'copied' ? bytes.slice() : bytes;
    return {
      run: (_: object, fetches: Record<string, HostTensor>) => {
        const { data } = Object.values(fetches)[0]!;
        data.set(new Float32Array(seen.buffer) as never);
      },
      dispose: () => {},
    };
  };
  expect(areWeightsCopied(load('copied'))).toBe(true);
  expect(areWeightsCopied(load('shared'))).toBe(false);
  const older = () => {
    throw new Error('no such file');
  };
  expect(areWeightsCopied(older)).toBe(false);
});

test('channels lie in blocks of 8 or 16 where the processor has vectors of that length, and only there', async () => {
  const { channelsInBlock: blocks, computesWith } = await loadNativeRuntime(options);
  if (/ avx512f /.test(computesWith)) expect(blocks).toBe(16);
  else if (/ avx2 /.test(computesWith)) expect(blocks).toBe(8);

  /** An ONNX Runtime whose blocks have this length. */
  const inBlocksOf = (length: number) => () => ({
    run: (_: object, fetches: Record<string, HostTensor>) => {
      const { data } = Object.values(fetches)[0]!;
      for (let channel = 0; channel < 16; channel++)
        for (let pixel = 0; pixel < 2; pixel++) {
          const before = Math.floor(channel / length) * 2 * length + pixel * length;
          data[before + (channel % length)] = 2 * channel + pixel;
        }
    },
    dispose: () => {},
  });
  expect([8, 16, 1].map(length => channelsInBlock(inBlocksOf(length)))).toEqual([8, 16, undefined]);
  const without = () => {
    throw new Error('no such domain');
  };
  expect(channelsInBlock(without)).toBeUndefined();
});
