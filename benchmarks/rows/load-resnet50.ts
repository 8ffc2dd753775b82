import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

const size = 224;
const torchFile = ({ folder }: Place) => join(folder, 'resnet50.pth');

export const loadResnet50: Row = {
  name: 'load-resnet50',
  measures:
    'from the start of a process to the first logits of a ResNet50 whose weights are on disk',
  unit: 's',
  better: 'lower',
  bounds: [
    { peer: 'pytorch', relation: '<', factor: 1 },
    { peer: 'tfjs-wasm', relation: '<', factor: 1 },
  ],
  quantity: 'fresh',
  value: seconds => seconds,
  warmup: 1,
  rounds: 7,
  prepare: place => [
    node('weights-of-resnet50.ts', place.folder, size),
    python('load_peer.py', torchFile(place), size, 'write'),
  ],
  ours: ({ folder }) => node('load-resnet50.mjs', join(folder, 'resnet50.safetensors'), size),
  peers: {
    pytorch: { command: place => python('load_peer.py', torchFile(place), size) },
    'tfjs-wasm': { command: ({ folder }) => node('load-resnet50-wasm.mjs', folder, size) },
  },
};
