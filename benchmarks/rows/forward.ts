import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';
import { pytorch } from './pytorch';

/**
 * The forward pass of a frozen network, compared with the same network in PyTorch, exported from PyTorch, and on tfjs's own
 * engine.
 *
 * @param options.ofExported Most time that ours may take, as a multiple of that of the exported network.
 */
export function forwardRow(
  network: string,
  batch: number,
  { size = 299, ofExported = 1.05 } = {},
): Omit<Row, 'name' | 'measures'> {
  const exported = ({ folder }: Place) => join(folder, `${network}-${size}.onnx`);
  return {
    unit: 'ms/image',
    better: 'lower',
    bounds: [
      { peer: 'pytorch', relation: '<', factor: 1 },
      { peer: 'onnxruntime', relation: '<=', factor: ofExported },
    ],
    value: seconds => (1000 * seconds) / batch,
    warmup: 4,
    rounds: 9,
    prepare: place => [python('torch_peer.py', network, 'export', batch, size, exported(place))],
    ours: () => node('forward.ts', network, 'ort', batch, size),
    peers: {
      onnxruntime: {
        command: place => node('exported.ts', exported(place), batch, size),
        needs: 'torch',
      },
      'onnxruntime-python': {
        command: place => python('ort_peer.py', exported(place), batch, size),
        needs: 'onnxruntime',
      },
      pytorch: pytorch(network, 'forward', batch, size),
      'tfjs-node': {
        command: () => node('forward.ts', network, 'tensorflow', batch, size),
        needs: 'tfjs-node',
      },
      'tfjs-wasm': { command: () => node('forward.ts', network, 'wasm', batch, size) },
      'tfjs-chromium': {
        command: () => node('chromium.ts', 'forward', network, batch, size),
        needs: 'chromium',
      },
    },
  };
}
