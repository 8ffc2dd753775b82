import { EngineLoadError, startEngine } from '@shroom/classifier';
import { getBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let told = '';
beforeEach(() => {
  told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    told += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.doUnmock('@shroom/backend-ort');
});

test('the fastest engine that loads is taken, and the reason is given', async () => {
  const { name, reason, failed } = await startEngine('auto');
  expect([name, getBackend()]).toEqual(['ort', 'ort']);
  expect(reason).toMatch(/ONNX Runtime.*the fastest that loads here/);
  expect(failed).toEqual([]);
  expect(told).toBe('');
});

test('a fallback is told with the cause', async () => {
  vi.doMock('@shroom/backend-ort', () => {
    throw new Error('no native library for this platform');
  });
  const { name, failed, limit, faster } = await startEngine('auto');
  expect([name, getBackend()]).toEqual(['wasm', 'wasm']);
  expect(limit).toMatch(/cannot train the depthwise convolutions of a ConvNeXt/);
  expect(faster?.command).toBe('npm i onnxruntime-node --onnxruntime-node-install=skip');
  expect(failed).toEqual([expect.stringMatching(/^engine 'ort' does not load: /)]);
  expect(told).toBe('');
});

test('an engine that was asked for has no stand-in', async () => {
  await expect(startEngine('tensorflow')).rejects.toThrow(EngineLoadError);
  await expect(startEngine('tensorflow')).rejects.toThrow(
    /'tensorflow' does not load.*install @tensorflow\/tfjs-node/s,
  );
});

test('without a name it is the one that the program has set', async () => {
  await startEngine('wasm');
  expect(await startEngine()).toMatchObject({ name: 'wasm', reason: 'set by the program' });
});
