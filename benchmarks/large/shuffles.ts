// Measures how good shuffles in blocks are against the full one: how evenly batches mix the classes of a file that is sorted by class, and
// what becomes of the head. Features are in memory, so that only the order differs.
import { classifierHead } from '@shroom/head';
import {
  blockShuffle,
  type FeatureSet,
  fit,
  logitsOf,
  probabilities,
  sourceOf,
} from '@shroom/train';
import { setBackend } from '@tensorflow/tfjs-core';
import '@shroom/backend-ort';
import { drawn } from './draw';

type Blocks = Readonly<Record<'run' | 'pool', number>>;

/** The results of trainings with one shuffle. */
export interface ShuffleFigures {
  readonly shuffle: Blocks | 'full';
  /**
   * Chi-square of the classes in a batch divided by its expectation, mean over the batches of an epoch: 1 for a full shuffle, more if the
   * classes of a batch are uneven.
   */
  readonly unevenness: number;
  /** Of held-out photos after the last epoch, for each seed. */
  readonly accuracy: readonly number[];
  readonly loss: readonly number[];
}

const [photos, held, channels, classes, batchSize, epochs] = [20_000, 4000, 64, 100, 256, 8];

const shuffles: readonly (Blocks | 'full')[] = [
  'full',
  { run: 2, pool: 8192 },
  { run: 8, pool: 4096 },
  { run: 32, pool: 4096 },
  { run: 64, pool: 1024 },
  { run: 256, pool: 256 },
];

/** Photos sorted by class. */
function set(count: number, salt: number): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, photo) =>
    Math.floor((photo * classes) / count),
  );
  const values = Float32Array.from({ length: count * channels }, (_, place) => {
    const own = drawn(0, labels[Math.floor(place / channels)]!, place % channels);
    const noise = [1, 2, 3, 4].reduce((sum, k) => sum + drawn(salt, place, k) - 0.5, 0);
    return own + 0.8 * noise;
  });
  return { labels, values, views: 1, channels };
}

/** Trains once. Returns the figures, and the mean unevenness of the batches. */
async function trained(
  shuffle: Blocks | 'full',
  seed: number,
  train: FeatureSet,
  validation: FeatureSet,
) {
  const source = sourceOf(train);
  const uneven: number[] = [];
  const watched = {
    ...source,
    ...(shuffle !== 'full' && { shuffle: blockShuffle(shuffle.run, shuffle.pool) }),
    read: (rows: ArrayLike<number>, views: ArrayLike<number>) => {
      if (rows.length === batchSize) uneven.push(unevenness(rows, train.labels));
      return source.read(rows, views);
    },
  };
  const head = classifierHead(channels, classes, { seed });
  const schedule = { name: 'cosineAnnealing', learningRate: 3e-3 } as const;
  for await (const _ of fit(
    head,
    { train: watched, validation, classes },
    { ...{ epochs, batchSize, schedule, seed, patience: epochs } },
  ));
  const answers = probabilities(await logitsOf(head, validation), classes);
  head.dispose();
  let [right, loss] = [0, 0];
  for (const [row, label] of validation.labels.entries()) {
    const own = answers.subarray(row * classes, (row + 1) * classes);
    if (own.every(value => value <= own[label]!)) right++;
    loss -= Math.log(own[label]!) / held;
  }
  return { accuracy: right / held, loss, unevenness: mean(uneven) };
}

function unevenness(rows: ArrayLike<number>, labels: Int32Array): number {
  const counts = new Int32Array(classes);
  for (let index = 0; index < rows.length; index++) counts[labels[rows[index]!]!]!++;
  const expected = rows.length / classes;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquare / (classes - 1);
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Trains with each shuffle and each seed. */
export async function measureShuffles(
  seeds: number,
  onDone: (figures: ShuffleFigures) => void,
): Promise<ShuffleFigures[]> {
  await setBackend('ort');
  const [train, validation] = [set(photos, 1), set(held, 2)];
  const all: ShuffleFigures[] = [];
  for (const shuffle of shuffles) {
    const runs = [];
    for (let seed = 0; seed < seeds; seed++)
      runs.push(await trained(shuffle, seed, train, validation));
    const figures = {
      shuffle,
      unevenness: mean(runs.map(run => run.unevenness)),
      accuracy: runs.map(({ accuracy }) => accuracy),
      loss: runs.map(({ loss }) => loss),
    };
    all.push(figures);
    onDone(figures);
  }
  return all;
}
