import '@tensorflow/tfjs-backend-cpu';
import {
  getKernelsForBackend,
  memory,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capabilities, prepareModel } from '../src/index';
import { images, network } from './formula';

const missing = ['Conv2DBackpropInput', 'Softmax'];
const borrowed = getKernelsForBackend('cpu').filter(
  ({ kernelName }) => !missing.includes(kernelName),
);

beforeAll(() => {
  for (const kernel of borrowed) registerKernel({ ...kernel, backendName: 'poor' });
});
afterAll(() => {
  for (const { kernelName } of borrowed) unregisterKernel(kernelName, 'poor');
});

test('the engine in use lacks nothing', async () => {
  const photos = images();
  const parts = prepareModel(network('flat'), { tap: 'relu1' });
  const before = memory().numTensors;
  expect(await capabilities(parts, photos)).toEqual({ forward: [], gradient: [] });
  expect(memory().numTensors).toBe(before);
});

test('an engine without gradients of convolutions lacks them at earlier layers, and needs none before pooling', async () => {
  const early = prepareModel(network('pooled'), { tap: 'relu1' });
  expect(await capabilities(early, images(), 'poor')).toEqual({
    forward: [],
    gradient: ['Conv2DBackpropInput'],
  });
  const last = prepareModel(network('pooled'));
  expect(await capabilities(last, images(), 'poor')).toEqual({ forward: [], gradient: [] });
});
