import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import { requireGradients, requireInt8 } from '../../src/engine/limits';
import { nativeFault } from '../../src/engine/native';
import { EngineLimitError } from '../../src/errors';

const partWith = (...kinds: string[]) => ({
  layer: 'stages.2',
  trained: { layers: kinds.map(kind => ({ getClassName: () => kind })) },
});
const missing = () =>
  nativeFault(undefined, { os: 'linux', arch: 'x64', libc: 'glibc' } as const, null);

test('wasm has no gradients of depthwise convolutions, and the error says what to do', () => {
  const convnext = partWith('LayerNorm', 'DepthwiseConv2D', 'Dense');
  const check = () => requireGradients('wasm', 'convnext_tiny', convnext, missing);
  expect(check).toThrow(EngineLimitError);
  expect(check).toThrow(
    /'wasm' cannot train convnext_tiny after 'stages\.2'.*DepthwiseConv2D.*To install the engine ort:\nnpm i onnxruntime-node --onnx/s,
  );
  expect(() => requireGradients('cpu', 'convnext_tiny', convnext)).not.toThrow();
  const dense = partWith('Dense', 'ReLU');
  expect(() => requireGradients('wasm', 'a head', dense)).not.toThrow();
});

test('only ort computes with integers, and the error says what to do', () => {
  expect(() => requireInt8('ort')).not.toThrow();
  const check = () => requireInt8('wasm', missing);
  expect(check).toThrow(EngineLimitError);
  expect(check).toThrow(
    /'wasm' does not compute .*int8.*To install the engine ort:\nnpm i onnxruntime-node --onnx/s,
  );
});
