import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

const size = 224;

/** From the start of a process to the first logits of a network whose weights are on disk. */
function loadingRow(network: string, title: string, { inTfjs = false } = {}): Omit<Row, 'name'> {
  const torchFile = ({ folder }: Place) => join(folder, `${network}.pth`);
  return {
    measures: `from the start of a process to the first logits of a ${title} whose weights are on disk`,
    unit: 's',
    better: 'lower',
    bounds: [
      { peer: 'pytorch', relation: '<', factor: 1 },
      ...(inTfjs ? [{ peer: 'tfjs-wasm', relation: '<', factor: 1 } as const] : []),
    ],
    quantity: 'fresh',
    value: seconds => seconds,
    warmup: 1,
    rounds: 7,
    prepare: place => [
      node('weights-of.ts', network, place.folder, size, inTfjs ? 'tfjs' : 'own'),
      python('load_peer.py', network, torchFile(place), size, 'write'),
    ],
    ours: ({ folder }) =>
      node('load-network.mjs', network, join(folder, `${network}.safetensors`), size),
    peers: {
      pytorch: { command: place => python('load_peer.py', network, torchFile(place), size) },
      ...(inTfjs && {
        'tfjs-wasm': { command: ({ folder }) => node('load-network-wasm.mjs', folder, size) },
      }),
    },
  };
}

export const loadResnet50: Row = {
  name: 'load-resnet50',
  ...loadingRow('resnet50', 'ResNet50', { inTfjs: true }),
};

/** Not in tfjs's own format: its layers cannot load a ConvNeXt without those of this project. */
export const loadConvnextBase: Row = {
  name: 'load-convnext-base',
  ...loadingRow('convnext_base', 'ConvNeXt-Base'),
};
