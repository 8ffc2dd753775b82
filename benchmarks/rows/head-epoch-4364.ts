import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

/** Size of the reference's job: the training photos, and the validation photos that each epoch assesses. */
const [rows, others, channels, classes] = [4364, 1343, 2048, 9];
const features = ({ folder }: Place) => join(folder, 'features');
const numbers = [rows, channels, classes];
const ours = (engine: string) => (place: Place) =>
  node('head-epoch.ts', engine, features(place), ...numbers);
const theirs = (place: Place, way: string) =>
  python('head_epoch_peer.py', features(place), ...numbers, way);

export const headEpoch: Row = {
  name: 'head-epoch-4364',
  measures:
    'an epoch of the head 2048-1024-512-9 over 4,364 cached features in batches of 32, and its assessment on 1,343 others',
  unit: 's/epoch',
  better: 'lower',
  bounds: [{ peer: 'pytorch', relation: '<=', factor: 0.9 }],
  value: seconds => seconds,
  warmup: 1,
  rounds: 7,
  prepare: place => [node('drawn-features.ts', features(place), rows + others, channels, classes)],
  ours: ours('ort'),
  peers: {
    'tfjs-node': { command: ours('tensorflow'), needs: 'tfjs-node' },
    pytorch: {
      command: place => ({
        ways: {
          DataLoader: theirs(place, 'dataloader'),
          'DataLoader of batches': theirs(place, 'batched'),
          compiled: theirs(place, 'compiled'),
        },
      }),
    },
  },
};
