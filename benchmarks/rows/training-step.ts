import { node, type Row } from '../runner/row';
import { pytorch } from './pytorch';

/** One step of Adam over 8 images, with batch norm in training mode unless the mode says otherwise. */
export function trainingRow(
  network: string,
  factor: number,
  { mode = 'step', size = 299 } = {},
): Omit<Row, 'name' | 'measures'> {
  const batch = 8;
  const step = (engine: string) => () =>
    node('training-step.ts', network, engine, batch, size, mode);
  return {
    unit: 's/step',
    better: 'lower',
    bounds: [{ peer: 'pytorch', relation: '<=', factor }],
    value: seconds => seconds,
    warmup: 3,
    rounds: 7,
    ours: step('ort'),
    peers: {
      pytorch: pytorch(network, mode, batch, size),
      'tfjs-node': { command: step('tensorflow'), needs: 'tfjs-node' },
    },
  };
}
