import '@tensorflow/tfjs-backend-cpu';
import { tensor1d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { prepareGraph, suggestGraphTaps } from '../src/graph/index';
import { prepareModel, suggestTaps } from '../src/index';
import { formula, network } from './formula';
import { Graph } from './graph-model';

test('the taps of a network are ranked, the default first', () => {
  const found = suggestTaps(network('pooled'));
  expect(
    found.map(({ tap, height, width, channels, stride }) => [tap, height, width, channels, stride]),
  ).toEqual([
    ['relu2', 5, 4, 8, 2],
    ['conv2', 5, 4, 8, 2],
    ['pad2', 12, 10, 6, 1],
  ]);
  expect(found[0]!.tap).toBe(prepareModel(network('pooled')).tap);
  expect(found[2]!.reason).toContain('12 x 10');
});

test('a map with one position is neither suggested nor the default', () => {
  const small = sequential({
    layers: [
      layers.conv2d({ inputShape: [4, 4, 3], filters: 2, kernelSize: 3, name: 'conv' }),
      layers.averagePooling2d({ poolSize: 2, name: 'pool' }),
      layers.conv2d({ filters: 2, kernelSize: 1, name: 'scores' }),
      layers.flatten(),
    ],
  });
  expect(suggestTaps(small).map(({ tap }) => tap)).toEqual(['conv']);
  expect(prepareModel(small).tap).toBe('conv');
  expect(prepareModel(small, { tap: 'scores' }).tap).toBe('scores');
});

test('the nodes of a graph are ranked likewise', async () => {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv1', 'images', formula([3, 3, 3, 6], 2), formula([6], 3), 1);
  g.add('relu1', 'Relu', ['conv1']);
  g.conv('conv2', 'relu1', formula([3, 3, 6, 4], 4), formula([4], 5), 2);
  g.pool('pool', 'conv2', true);
  g.conv('scores', 'pool', formula([1, 1, 4, 5], 6), formula([5], 7), 1);
  g.constant('shape', tensor1d([-1, 5], 'int32'));
  g.add('flat', 'Reshape', ['scores', 'shape']);
  const model = await g.model();
  const found = suggestGraphTaps(model);
  expect(found.map(({ tap, stride, channels }) => [tap, stride, channels])).toEqual([
    ['conv2', 3, 4],
    ['relu1', 1, 6],
  ]);
  expect(prepareGraph(model).tap).toBe('conv2');
});
