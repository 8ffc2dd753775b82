import { node, python, type Row } from '../runner/row';

const size = 299;

/** One step of Adam over 8 images, with batch norm in training mode unless the mode says otherwise. */
export function trainingRow(
  network: string,
  factor: number,
  mode = 'step',
): Omit<Row, 'name' | 'measures'> {
  const batch = 8;
  return {
    unit: 's/step',
    better: 'lower',
    bounds: [{ peer: 'pytorch', relation: '<=', factor }],
    value: seconds => seconds,
    warmup: 3,
    rounds: 7,
    ours: () => node('training-step.ts', network, 'ort', batch, size, mode),
    peers: { pytorch: { command: () => python('torch_peer.py', network, mode, batch, size) } },
  };
}
