import { dispose } from '@tensorflow/tfjs-core';
import { checkedSource, checkFeatures } from '../features/feature-requirements';
import { truthOf } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { variablesOf } from '../model/weight-names';
import { createOptimizer, type OptimizerOptions } from '../optimizers/create-optimizer';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireKind, requireNumber, within } from '../options/requirements';
import { mixed, permutation } from '../random/order';
import { batchBounds } from './batches';
import type { TrainingData } from './fit-options';
import { classWeightsOf, type Phase } from './phase';
import { TrainingStep } from './training-step';

export interface FinderOptions
  extends Pick<Phase, 'batchSize' | 'classWeights' | 'labelSmoothing' | 'focus'> {
  /** Lowest and highest learning rate. Default `[1e-6, 1]`. */
  readonly range?: readonly [number, number];
  /** Number of steps from the lowest to the highest learning rate. Default 100. */
  readonly steps?: number;
  /** Optimizer. Default: Adam with weight decay 1e-5. */
  readonly optimizer?: OptimizerOptions;
  /** Random seed. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const finderOptions: NamesOf<FinderOptions> = {
  ...{ batchSize: true, classWeights: true, labelSmoothing: true, focus: true, range: true },
  ...{ steps: true, optimizer: true, seed: true, signal: true },
};

export interface FinderReport {
  /** Index of the step, from 0. */
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
  /** Moving average of the losses up to this step. */
  readonly smoothed: number;
  /** The learning rate at which the smoothed loss has fallen fastest so far; `undefined` before it falls. */
  readonly suggestion: number | undefined;
}

/** Decay of the moving average of the losses; below it, the number of steps before the average is used. */
const memory = 0.9;
const settled = 10;
/** Training counts as diverged when the smoothed loss exceeds its minimum times this factor. */
const explosion = 4;

/**
 * Finds a learning rate: trains with a learning rate that grows at every step, until the loss diverges. Afterwards the
 * weights are restored, also when the loop is left early.
 *
 * @throws RangeError naming the invalid option, or the row whose label is not a class or whose features are not finite.
 * @see Smith 2017, section 3.3. https://arxiv.org/abs/1506.01186
 * @example
 * ```ts
 * let learningRate = 1e-3;
 * for await (const { suggestion } of findLearningRate(classifier, { train, classes: 9 }))
 *   learningRate = suggestion ?? learningRate;
 * const schedule = { name: 'oneCycle', learningRate } as const; // an option of `fit`
 * ```
 */
export async function* findLearningRate(
  classifier: Trainable,
  data: Pick<TrainingData, 'train' | 'classes'>,
  options: FinderOptions = {},
): AsyncGenerator<FinderReport, void, undefined> {
  const { range = [1e-6, 1], steps = 100, batchSize = 32, seed = 0, signal } = options;
  const { optimizer: kind = { name: 'adam', weightDecay: 1e-5 }, labelSmoothing, focus } = options;
  requireKnown('', options, finderOptions);
  const [first, highest] = range;
  requireNumber('range[0]', first, { above: 0 });
  requireNumber('range[1]', highest, { above: first });
  requireInteger('steps', steps, { least: 1 });
  requireInteger('seed', seed, {});
  if (labelSmoothing !== undefined)
    requireNumber('labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  if (focus !== undefined) requireNumber('focus', focus, { least: 0 });
  checkFeatures('train', data.train, data.classes);
  const source = checkedSource('train', data.train);
  const { labels, views, shape } = source;
  if (labels.length < 2)
    throw new RangeError(`A training step needs at least 2 samples; there are ${labels.length}.`);
  const bounds = batchBounds(labels.length, batchSize);
  const classWeights = classWeightsOf(options, source, data.classes);
  requireKind('optimizer', kind, 'an object');
  const optimizer = within('optimizer', () => createOptimizer(kind));
  const variables = [...variablesOf(classifier).values()];
  const before = variables.map(weight => weight.clone());
  const step = new TrainingStep(classifier, optimizer, {
    classWeights,
    labelSmoothing,
    focus,
    classes: data.classes,
    loss: source.targets ? 'binaryCrossEntropy' : 'crossEntropy',
  });
  let [average, lowest, steepest] = [0, Number.POSITIVE_INFINITY, 0];
  let last: number | undefined;
  let suggestion: number | undefined;
  try {
    for (let index = 0; index < steps; index++) {
      signal?.throwIfAborted();
      const order = permutation(labels.length, mixed(seed, Math.floor(index / bounds.length)));
      const [start, end] = bounds[index % bounds.length]!;
      const photos = order.subarray(start, end);
      const rows = await source.read(
        photos,
        photos.map(photo => mixed(seed, index, photo) % views),
      );
      const learningRate = first * (highest / first) ** (index / Math.max(1, steps - 1));
      const batch = { rows, shape, ...truthOf(source, photos) };
      const loss = await step.run(batch, learningRate, mixed(seed, index));
      if (!Number.isFinite(loss)) return;
      average = memory * average + (1 - memory) * loss;
      const smoothed = average / (1 - memory ** (index + 1));
      // Learning rates grow by a constant factor, so differences of the loss are slopes over the logarithm of the learning
      // rate.
      const fall = last === undefined ? 0 : last - smoothed;
      if (index >= settled && fall > steepest) {
        steepest = fall;
        suggestion = learningRate;
      }
      last = smoothed;
      lowest = Math.min(lowest, smoothed);
      yield { step: index, learningRate, loss, smoothed, suggestion };
      if (index >= settled && smoothed > explosion * lowest) return;
    }
  } finally {
    variables.forEach((weight, index) => {
      weight.assign(before[index]!);
    });
    dispose(before);
    step.dispose();
    optimizer.dispose();
  }
}
