import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

/** The command, as npm installs it. */
const shroom = '../../packages/classifier/dist/command/shroom.js';
const classes = 9;
const run = ({ folder }: Place) => join(folder, 'run');
const photo = (place: Place) => `${run(place)}.jpg`;
const torchFile = ({ folder }: Place) => join(folder, 'classifier.pth');

export const firstPredict: Row = {
  name: 'first-predict',
  measures:
    'from the start of a process to the first answer of `shroom predict <run> <photo>`: a ResNet50 with a head, a photo of about 320 pixels',
  unit: 's',
  better: 'lower',
  bounds: [{ peer: 'pytorch', relation: '<', factor: 1 }],
  quantity: 'fresh',
  value: seconds => seconds,
  warmup: 1,
  rounds: 7,
  prepare: place => [
    node('run-for-prediction.ts', place.folder, place.photos, run(place)),
    python('first_predict_peer.py', torchFile(place), classes, 'write'),
  ],
  ours: place => node(shroom, 'predict', run(place), photo(place)),
  peers: {
    pytorch: { command: place => python('first_predict_peer.py', torchFile(place), photo(place)) },
  },
};
