import { node, type Row } from '../runner/row';
import { pytorch } from './pytorch';

const step = (engine: string) => () => node('training-step.ts', 'head', engine, 32, 0);

export const headStep: Row = {
  name: 'head-step-32',
  measures: 'a step of Adam for the head 2048-1024-512-9 with batch norm and dropout, batch 32',
  unit: 'ms/step',
  better: 'lower',
  bounds: [{ peer: 'pytorch', relation: '<=', factor: 0.9 }],
  value: seconds => 1000 * seconds,
  warmup: 5,
  rounds: 21,
  ours: step('ort'),
  peers: {
    pytorch: pytorch('head', 'step', 32, 0),
    'tfjs-node': { command: step('tensorflow'), needs: 'tfjs-node' },
    'tfjs-wasm': { command: step('wasm') },
    'tfjs-chromium': {
      command: () => node('chromium.ts', 'step', 'head', 32, 0),
      needs: 'chromium',
    },
    'tfjs-cpu': { command: step('cpu') },
  },
};
