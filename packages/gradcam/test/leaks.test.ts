import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { prepareGraph } from '../src/graph/index';
import { explain, type PreparedModel, prepareModel, reciproCam } from '../src/index';
import { formula, images, network } from './formula';
import { Graph } from './graph-model';

async function graph(): Promise<PreparedModel> {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv1', 'images', formula([3, 3, 3, 2], 2), formula([2], 3), 3);
  g.pool('pool', 'conv1', false);
  g.dense('logits', 'pool', formula([2, 3], 6), formula([3], 7));
  return prepareGraph(await g.model());
}

test.each([
  ['layers', async () => prepareModel(network('pooled'))],
  ['graph', graph],
] as const)('a thousand explanations of a %s model leave no tensor behind', async (_, make) => {
  const parts = await make();
  const photos = images();
  const before = memory();
  for (let call = 0; call < 990; call++) await explain(parts, photos);
  for (let call = 0; call < 10; call++) await explain(parts, photos, { method: reciproCam() });
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numBytes).toBe(before.numBytes);
});
