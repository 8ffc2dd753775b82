import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  type Architecture,
  checkpointOf,
  createBackbone,
  findPretrained,
  imagenetPreprocessing,
  listArchitectures,
  listPretrained,
  ownDialect,
  registerArchitecture,
  registerPretrained,
} from '../src/index';

beforeAll(async () => {
  await setBackend('cpu');
});

const tinyNet: Architecture = {
  build: ({ inputSize = [16, 16] } = {}) => {
    const image = input({ shape: [...inputSize, 3] });
    const convolution = layers.conv2d({ name: 'stem', filters: 4, kernelSize: 3, strides: 2 });
    return model({ inputs: image, outputs: convolution.apply(image) as typeof image });
  },
  taps: [{ stage: 'stem', layer: 'stem', stride: 2, channels: 4 }],
  classifier: [],
  dialects: [ownDialect],
  minimumSize: 3,
};

test('an architecture that a user registers is built, loaded and listed like those of the package', async () => {
  registerArchitecture('tiny_net', tinyNet);
  registerArchitecture('tiny_net', tinyNet);
  expect(listArchitectures()).toContain('tiny_net');
  expect(listArchitectures().slice(0, 2)).toEqual(['resnet18', 'resnet34']);
  const network = tinyNet.build();
  const checkpoint = checkpointOf(network, ownDialect);
  const preprocessing = imagenetPreprocessing([16, 16]);
  const origin = { source: 'test', license: 'none', sha256: '' };
  const backbone = await createBackbone('tiny_net', { checkpoint, origin, preprocessing });
  expect([backbone.name, backbone.channels]).toEqual(['tiny_net', 4]);
  backbone.dispose();
  network.dispose();
});

test('a name belongs to one network, and a network needs all of its parts', () => {
  expect(() => registerArchitecture('resnet18', tinyNet)).toThrow(
    "There is an architecture 'resnet18' already.",
  );
  const { taps, ...rest } = tinyNet;
  expect(() => registerArchitecture('without', rest as Architecture)).toThrow(/lacks taps/);
  expect(() => registerArchitecture('none', { ...tinyNet, taps: [] })).toThrow(/has no taps/);
  expect(listArchitectures()).not.toContain('none');
});

test('weights that a user registers are found by their id', () => {
  registerArchitecture('tiny_net', tinyNet);
  const weights = {
    id: 'tiny_net.mine',
    architecture: 'tiny_net',
    source: './tiny.safetensors',
    license: 'MIT',
    preprocessing: imagenetPreprocessing([16, 16]),
    top1: 50,
    verified: 'names' as const,
  };
  registerPretrained(weights);
  expect(findPretrained('tiny_net.mine')).toBe(weights);
  expect(listPretrained('tiny_net')).toEqual([weights]);
  expect(() => registerPretrained(weights)).toThrow("There are weights 'tiny_net.mine' already.");
  expect(() => registerPretrained({ ...weights, id: 'a', architecture: 'b' })).toThrow(
    /no architecture 'b'.*tiny_net/,
  );
});
