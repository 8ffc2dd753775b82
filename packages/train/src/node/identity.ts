import { createHash } from 'node:crypto';
import type { Features } from '../features/feature-set';
import { sourceOf } from '../features/feature-set';
import { batchBounds } from '../fit/batches';
import type { FitOptions, TrainingData } from '../fit/fit-options';
import type { Phase } from '../fit/phase';
import { type Restorable, savedWeights } from '../model/restoring';
import type { BlockShuffle } from '../random/block-order';
import { drawsAnew } from './drawn-weights';
import { type Plain, plain } from './plain';

/** Version of the format of a run folder. A run of another version cannot be resumed. */
export const runFormat = 4;

/** Identifies a set of photos by their number, labels and features. */
export interface DataIdentity {
  readonly photos: number;
  readonly views: number;
  /** Shape of one view of one photo. */
  readonly shape: readonly number[];
  /** SHA-256 of the labels, or of the targets if there are any. */
  readonly labels: string;
  /**
   * The `identity` of a `FeatureSource` if it has one. Otherwise SHA-256 of all features in memory, or of a sample of rows
   * of a source.
   */
  readonly features: string;
  /** How the photos are shuffled, if the features say so. */
  readonly shuffle?: Pick<BlockShuffle, 'run' | 'pool'>;
}

/** Identifies a training, as plain data. It is compared before a training is resumed. */
export interface RunIdentity {
  readonly format: number;
  readonly train: DataIdentity;
  readonly validation: DataIdentity;
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** The shape of each weight, and whether it is trained, by name. */
  readonly weights: Readonly<Record<string, string>>;
  /** SHA-256 of all weights before the first step, except those that a layer draws without a seed. */
  readonly initialWeights: string;
  /** The options with their defaults. A function is represented by its name and a hash of its results. */
  readonly options: Plain;
}

/** Maximum number of values that are read from a source to represent all of it; at least eight rows are read. */
const sampledNumbers = 2 ** 22;
const leastRows = 8;

/**
 * Computes the identity of a training before it starts. This reads all features in memory, some rows of a source, and all
 * weights once.
 *
 * @param classifier The classifier with its initial weights.
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * const then = await identityOf(classifier, data, recipes.fast);
 * const now = await identityOf(classifier, data, { ...recipes.fast, epochs: 30 });
 * differences(then, now); // ['options.epochs: 20, now 30']
 * ```
 */
export async function identityOf(
  classifier: Restorable,
  data: TrainingData,
  options: FitOptions,
): Promise<RunIdentity> {
  const named = savedWeights(classifier).sort((a, b) => (a.name < b.name ? -1 : 1));
  const trained = new Set<unknown>(classifier.trainableWeights);
  const hash = createHash('sha256');
  const drawn = drawsAnew(classifier);
  for (const { name, weight } of named) {
    if (drawn.has(weight)) continue;
    hash.update(JSON.stringify(name)).update(bytesOf((await weight.read().data()) as Float32Array));
  }
  const weights = named.map(({ name, weight }): [string, string] => [
    name,
    `[${weight.read().shape}] ${trained.has(weight) ? 'trained' : 'frozen'}${drawn.has(weight) ? ', drawn without a seed' : ''}`,
  ]);
  return {
    format: runFormat,
    train: await dataIdentity(data.train),
    validation: await dataIdentity(data.validation),
    classes: data.classes,
    ...(data.classNames && { classNames: [...data.classNames] }),
    weights: Object.fromEntries(weights),
    initialWeights: hash.digest('hex'),
    options: optionsIdentity(
      options,
      data.train.labels.length,
      named.map(({ name }) => name),
    ),
  };
}

async function dataIdentity(features: Features): Promise<DataIdentity> {
  const { labels, targets, views, shape, identity, shuffle, read } = sourceOf(features);
  const order = shuffle && { shuffle: { run: shuffle.run, pool: shuffle.pool } };
  const whole = { photos: labels.length, views, shape: [...shape], ...order };
  const truth = targets ? Float32Array.from(targets) : Int32Array.from(labels);
  const hashed = { ...whole, labels: sha256(truth) };
  if (identity !== undefined) return { ...hashed, features: identity };
  if ('values' in features) return { ...hashed, features: sha256(features.values) };
  const size = shape.reduce((product, side) => product * side, 1);
  const most = Math.max(leastRows, Math.floor(sampledNumbers / size));
  const all = labels.length * views;
  const places = Array.from({ length: Math.min(most, all) }, (_, row) =>
    Math.floor((row * all) / Math.min(most, all)),
  );
  const rows = await read(
    Int32Array.from(places, place => Math.floor(place / views)),
    Int32Array.from(places, place => place % views),
  );
  return { ...hashed, features: `${places.length} of ${all} rows: ${sha256(rows)}` };
}

/** Adds the defaults to the options, so that an explicit default does not change the identity. */
function optionsIdentity(options: FitOptions, samples: number, weights: readonly string[]): Plain {
  const { followedBy = [], seed = 0, validationViews = 1, depthOf, groups, ...first } = options;
  const { onStep, signal, from, ...phase } = first;
  const functions = {
    ...(depthOf && { depthOf: named(depthOf, weights.map(depthOf)) }),
    ...(groups && { groups: named(groups, weights.map(groups)) }),
  };
  const phases = [phase, ...followedBy].map(each => phaseIdentity(each, samples));
  const [own, ...later] = phases;
  return plain({ ...own, followedBy: later, seed, validationViews, ...functions });
}

function phaseIdentity(phase: Phase, samples: number): object {
  const { batchSize = 32, schedule = { name: 'cosineAnnealing', learningRate: 1e-3, period: 10 } } =
    phase;
  const steps = phase.epochs * batchBounds(samples, batchSize).length;
  return {
    accumulation: 1,
    optimizer: { name: 'adam', weightDecay: 1e-5 },
    stageDecay: 1,
    decay: 'all',
    labelSmoothing: 0,
    focus: 0,
    sampling: 'shuffled',
    criterion: 'loss',
    patience: 5,
    start: 'best',
    bestOf: 'all',
    ...Object.fromEntries(Object.entries(phase).filter(([, value]) => value !== undefined)),
    batchSize,
    schedule:
      typeof schedule === 'function'
        ? named(
            schedule,
            Array.from({ length: steps }, (_, step) => schedule(step)),
          )
        : schedule,
  };
}

/** Represents a function by its name and a hash of its results for all arguments that matter. */
const named = (asked: { readonly name: string }, answers: readonly unknown[]): string =>
  `function ${asked.name || 'without a name'}, whose ${answers.length} answers have the hash ${sha256(JSON.stringify(plain(answers))).slice(0, 16)}`;

const bytesOf = (values: Float32Array | Int32Array) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function sha256(content: string | Float32Array | Int32Array): string {
  const bytes = typeof content === 'string' ? content : bytesOf(content);
  return createHash('sha256').update(bytes).digest('hex');
}
