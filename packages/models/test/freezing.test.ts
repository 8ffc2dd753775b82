import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { architectures, freezeThrough } from '../src/index';

beforeAll(async () => {
  await setBackend('cpu');
});

test.each([
  ['resnet18', 'layer3', /^layer4\./],
  ['resnet50', 'stem', /^layer\d\./],
  ['convnext_tiny', 'stages.2', /^stages\.3\./],
  ['efficientnet_lite1', 'blocks.4', /^(blocks\.[56]\.|conv_head|bn2)/],
  ['mobilenet_v2', 'stem', /^(blocks\.|conv_head|bn2)/],
  ['inception_v3', 'Mixed_6', /^Mixed_7/],
  ['alexnet', 'features.3', /^features\.(6|8|10)\//],
] as const)('%s frozen through %s trains the rest and nothing else', (name, stage, rest) => {
  const { build, taps } = architectures[name];
  const model = build({ inputSize: [75, 75] });
  freezeThrough({ model, taps }, stage);
  const all = model.weights.filter(({ originalName }) => !/moving_/.test(originalName));
  const trained = model.trainableWeights.map(({ originalName }) => originalName);
  expect(trained).toEqual(
    all.map(({ originalName }) => originalName).filter(each => rest.test(each)),
  );
  expect(trained.length).toBeGreaterThan(0);
  freezeThrough({ model, taps }, undefined);
  expect(model.trainableWeights.length).toBe(all.length);
  expect(() => freezeThrough({ model, taps }, 'layer9')).toThrow(/is not a stage of this backbone/);
  model.dispose();
});
