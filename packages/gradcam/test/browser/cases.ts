import { memory } from '@tensorflow/tfjs-core';
import { prepareGraph } from '../../src/graph/index';
import {
  explain,
  gradCam,
  layerCam,
  type PreparedModel,
  prepareModel,
  reciproCam,
} from '../../src/index';
import { formula, images, network } from '../formula';
import { Graph } from '../graph-model';

const methods = { gradCam: gradCam(), layerCam: layerCam(), reciproCam: reciproCam() };

/** Two convolutions with a shortcut around the second. */
async function graph(): Promise<PreparedModel> {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv1', 'images', formula([3, 3, 3, 6], 2), formula([6], 3), 2);
  g.conv('conv2', 'conv1', formula([1, 1, 6, 6], 4), formula([6], 5), 1);
  g.add('sum', 'AddV2', ['conv1', 'conv2']);
  g.add('relu', 'Relu', ['sum']);
  g.pool('pool', 'relu', false);
  g.dense('logits', 'pool', formula([6, 5], 6, 4), formula([5], 7));
  return prepareGraph(await g.model(), { tap: 'conv2' });
}

const models: Readonly<Record<string, () => Promise<PreparedModel>>> = {
  'LayersModel before pooling': async () => prepareModel(network('pooled'), { tap: 'relu2' }),
  'LayersModel before a convolution': async () => prepareModel(network('flat'), { tap: 'relu1' }),
  'GraphModel with a shortcut': graph,
};

/** Maps of two images by every model and method, on the engine in use. */
export async function explainAll(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  const photos = images();
  for (const [model, make] of Object.entries(models)) {
    const parts = await make();
    for (const [name, method] of Object.entries(methods)) {
      const before = memory().numTensors;
      const result = await explain(parts, photos, { method, classIndex: [1, 3] });
      const left = memory().numTensors - before;
      if (left !== 0) throw new Error(`${model}, ${name}: ${left} tensors are left behind.`);
      found[`${model}, ${name}`] = result.flatMap(({ signed }) => [...signed.values]);
    }
  }
  photos.dispose();
  return found;
}
