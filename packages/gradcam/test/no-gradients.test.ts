import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import {
  conv2d,
  getGradient,
  matMul,
  mean,
  memory,
  relu,
  reshape,
  softmax,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { prepareGraph } from '../src/graph/index';
import {
  capabilities,
  explain,
  GradientError,
  gradCam,
  hiResCam,
  prepareFunctions,
  reciproCam,
  shapleyCam,
} from '../src/index';
import { formula, images } from './formula';
import { Graph } from './graph-model';

// As in a bundle that leaves out what registers gradients, and where TensorFlow.js's layers are not imported.
for (const name of Object.values(core))
  if (typeof name === 'string' && getGradient(name)) unregisterGradient(name);

const kernel = formula([3, 3, 3, 4], 2) as Tensor4D;
const weights = formula([4, 3], 4, 3) as Tensor2D;
const features = (photos: Tensor) => relu(conv2d(photos as Tensor4D, kernel, 1, 'valid'));
const logits = (map: Tensor) => matMul(mean(map, [1, 2]), weights) as Tensor2D;
const far = (map: Tensor) =>
  matMul(reshape(map, [map.shape[0]!, -1]), formula([8 * 6 * 4, 3], 5) as Tensor2D) as Tensor2D;

async function graph() {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv', 'images', kernel, formula([4], 3), 1);
  g.add('relu', 'Relu', ['conv']);
  g.pool('pool', 'relu', false);
  g.dense('logits', 'pool', weights, formula([3], 5));
  g.add('scores', 'Softmax', ['logits']);
  return prepareGraph(await g.model());
}

const models = {
  functions: async () =>
    prepareFunctions(features, logits, images(), {
      predict: photos => softmax(logits(features(photos))),
    }),
  'functions without pooling': async () => prepareFunctions(features, far, images()),
  'a graph': graph,
};

describe.each(Object.entries(models))('without any gradient, %s', (_, make) => {
  test('says what to import, and leaves nothing behind', async () => {
    expect(getGradient('Relu')).toBeUndefined();
    const [parts, photos] = [await make(), images()];
    for (const method of [gradCam(), hiResCam(), shapleyCam()]) {
      const before = memory().numTensors;
      const found = explain(parts, photos, { method, classIndex: 1 });
      await expect(found).rejects.toThrow(GradientError);
      await expect(found).rejects.toThrow(
        /no gradients are loaded: they come with '@tensorflow\/tfjs-layers'.*reciproCam/,
      );
      expect(memory().numTensors).toBe(before);
    }
  });

  test('is explained by methods without gradients, and capabilities say so', async () => {
    const [parts, photos] = [await make(), images()];
    const [found] = await explain(parts, photos, { method: reciproCam(), classIndex: 1 });
    expect(found!.map.values.length).toBe(48);
    const { forward, gradient } = await capabilities(parts, photos);
    expect(forward).toEqual([]);
    expect(gradient.join()).toMatch(/no gradients are loaded/);
  });
});
