import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

/** Size of the reference's job. The test photos are classified. */
const [rows, others, channels, classes] = [4364, 1007, 2048, 9];
const numbers = [rows, channels, classes];
const features = ({ folder }: Place) => join(folder, 'features');

function closedForm(head: string, what: string, ways?: Readonly<Record<string, string>>): Row {
  return {
    name: `${head}-head-4364`,
    measures: `${what}: computed from 4,364 rows of 2,048 features, and the classes of 1,007 others`,
    unit: 's',
    better: 'lower',
    bounds: [],
    value: seconds => seconds,
    warmup: 1,
    rounds: 7,
    prepare: place => [
      node('drawn-features.ts', features(place), rows + others, channels, classes),
    ],
    ours: place => node('closed-form.ts', features(place), head, ...numbers),
    peers: {
      'scikit-learn': {
        command: place => {
          const theirs = (name: string) =>
            python('closed_form_peer.py', features(place), name, ...numbers);
          if (!ways) return theirs(head);
          const entries = Object.entries(ways).map(([way, name]) => [way, theirs(name)]);
          return { ways: Object.fromEntries(entries) };
        },
        needs: 'scikit-learn',
      },
    },
  };
}

/** Heads that are computed and not trained, compared with the same ones of scikit-learn. */
export const closedFormRows: readonly Row[] = [
  closedForm('ridge', 'a head by ridge regression'),
  closedForm('discriminant', 'a head by linear discriminant analysis with shrinkage', {
    lsqr: 'discriminant-lsqr',
    eigen: 'discriminant-eigen',
  }),
  closedForm('nearest-mean', 'the nearest mean of a class'),
  closedForm('nearest-neighbors', 'votes of the 20 nearest rows by the cosine', {
    cosine: 'nearest-neighbors',
    'euclidean of unit rows': 'nearest-neighbors-unit',
  }),
];
