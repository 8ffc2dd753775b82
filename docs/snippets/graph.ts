// A GraphModel in memory, as a converter would write it to a model.json.
import '@shroom/backend-ort';
import {
  io,
  randomNormal,
  setBackend,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { Graph } from '../../packages/gradcam/test/graph-model';

await setBackend('ort');
const graph = new Graph([-1, 224, 224, 3]);
const filter = randomNormal([3, 3, 3, 4], 0, 1, 'float32', 7);
const conv = graph.conv(
  'conv',
  'images',
  filter,
  tensor1d([0, 0, 0, 0]),
  2,
);
const pool = graph.pool('pool', graph.add('relu', 'Relu', [conv]), false);
graph.dense(
  'logits',
  pool,
  randomNormal([4, 3], 0, 1, 'float32', 8),
  tensor1d([0, 0, 0]),
);

const written: io.ModelArtifacts[] = [];
const keep = io.withSaveHandler(async artifacts => {
  written.push(artifacts);
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: 'JSON',
    },
  };
});
await (await graph.model()).save(keep);
export const handler = io.fromMemory(written[0]!);
