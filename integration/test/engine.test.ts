import { getBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEngine } from '../../examples/pipeline/engine';

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
  const { name, reason } = await startEngine('auto');
  expect([name, getBackend()]).toEqual(['ort', 'ort']);
  expect(reason).toMatch(/ONNX Runtime.*the fastest that loads here/);
  expect(told).toBe('');
});

test('a fallback is announced with the cause', async () => {
  vi.doMock('@shroom/backend-ort', () => {
    throw new Error('no native library for this platform');
  });
  const { name } = await startEngine('auto');
  expect([name, getBackend()]).toEqual(['wasm', 'wasm']);
  expect(told).toMatch(/engine 'ort' does not load/);
});

test('an engine that was asked for has no stand-in', async () => {
  await expect(startEngine('tensorflow')).rejects.toThrow(
    /'tensorflow' does not load.*install @tensorflow\/tfjs-node/s,
  );
});
