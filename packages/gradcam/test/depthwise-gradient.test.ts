import '@tensorflow/tfjs-backend-cpu';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import {
  depthwiseConv2d,
  getKernel,
  grad,
  setBackend,
  type Tensor,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { type DepthwiseConvolution, depthwiseByInput } from '../src/gradients/depthwise-gradient';
import { capabilities, explain, prepareModel } from '../src/index';
import { formula } from './formula';

beforeAll(async () => {
  const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(module)}${sep}`);
});

const cases: readonly (readonly [
  filter: Tensor4D['shape'],
  strides: readonly [number, number],
  pad: DepthwiseConvolution['pad'],
])[] = [
  [[3, 3, 2, 1], [1, 1], 'same'],
  [[7, 7, 2, 1], [1, 1], 'same'],
  [[3, 2, 2, 3], [1, 1], 'valid'],
  [[3, 3, 2, 1], [2, 2], 'same'],
  [[2, 3, 2, 2], [2, 3], 'valid'],
  [[4, 3, 2, 1], [3, 2], 'same'],
  [[3, 3, 2, 1], [1, 1], 1],
  [[1, 1, 2, 1], [2, 2], 'same'],
];

test.each(cases)('the gradient of a filter %j with steps %j and padding %s', async (...each) => {
  await setBackend('cpu');
  const [shape, strides, pad] = each;
  const x = formula([2, 8, 7, 2], 1) as Tensor4D;
  const filter = formula(shape, 3) as Tensor4D;
  const convolve = (v: Tensor) => depthwiseConv2d(v as Tensor4D, filter, [...strides], pad);
  const dy = formula(convolve(x).shape, 5) as Tensor4D;
  const expected = grad(convolve)(x, dy);
  const found = depthwiseByInput(dy, filter, x.shape, { strides, pad });
  expect(found.shape).toEqual(x.shape);
  const values = await expected.data();
  for (const [place, value] of (await found.data()).entries())
    expect(value).toBeCloseTo(values[place]!, 4);
});

test('the wasm engine explains a layer before a depthwise convolution as the cpu engine does', async () => {
  const maps: Float32Array[] = [];
  for (const engine of ['cpu', 'wasm']) {
    await setBackend(engine);
    const model = sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, name: 'tap' }),
        layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'depthwise' }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    });
    for (const [salt, weight] of model.weights.entries())
      weight.write(formula(weight.shape as number[], salt));
    const parts = prepareModel(model, { tap: 'tap' });
    const images = tensor4d([...(await formula([1, 8, 8, 3], 9).data())], [1, 8, 8, 3]);
    expect(await capabilities(parts, images)).toEqual({ forward: [], gradient: [] });
    const [found] = await explain(parts, images);
    maps.push(found!.map.values as Float32Array);
  }
  expect(getKernel('DepthwiseConv2dNativeBackpropInput', 'wasm')).toBeUndefined();
  expect(Math.max(...maps[0]!)).toBeGreaterThan(0);
  for (const [place, value] of maps[1]!.entries()) expect(value).toBeCloseTo(maps[0]![place]!, 4);
});
