import type { Tensor } from '@tensorflow/tfjs-core';
import { evaluateOn } from '../evaluation/inference';
import type { Evaluation } from '../evaluation/metrics';
import { checkFeatures } from '../features/feature-requirements';
import type { Features } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { variablesOf } from '../model/weight-names';
import type { WeightGroup } from '../optimizers/optimizer';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireKind } from '../options/requirements';
import { batchBounds } from './batches';
import { checkPhase, type Phase, phaseOptions } from './phase';
import { PhaseRun, type StepReport } from './phase-run';
import {
  bestOf,
  type EpochRecord,
  keepWeights,
  putWeights,
  startOf,
  type TrainingPosition,
  type TrainingState,
} from './training-state';

export interface TrainingData {
  readonly train: Features;
  /** It decides when to stop and which epoch was best. */
  readonly validation: Features;
  readonly classes: number;
  /** What the classes are called, by which a training knows its data again. Default: not known. */
  readonly classNames?: readonly string[];
}

export interface FitOptions extends Phase {
  /** Phases that follow the first. Default: none. */
  readonly followedBy?: readonly Phase[];
  /** Of the order of samples, the views, mixing and dropout. Default 0. */
  readonly seed?: number;
  /** Views of a validation photo whose probabilities are averaged. Default 1: the plain one. */
  readonly validationViews?: number;
  /** Stages between a weight and the logits, by its name; for `stageDecay`. Default: 0 for all. */
  readonly depthOf?: (weight: string) => number;
  /** The group of a weight, by its name, instead of what `stageDecay` and `decay` say. */
  readonly groups?: (weight: string) => WeightGroup;
  /** Goes on where another training of the same options and data was. */
  readonly from?: TrainingState;
  /** Called, and waited for, after every step. */
  readonly onStep?: (report: StepReport) => unknown;
  readonly signal?: AbortSignal;
}

export const fitOptions: NamesOf<FitOptions> = {
  ...phaseOptions,
  ...{ followedBy: true, seed: true, validationViews: true, depthOf: true, groups: true },
  ...{ from: true, onStep: true, signal: true },
};

export interface EpochReport extends EpochRecord {
  /** The last report of this fit: all epochs of all phases done, or patience at its end. */
  readonly last: boolean;
  /** All that is needed to go on from here; to be called before the loop goes on. */
  snapshot(): Promise<TrainingState>;
}

/**
 * Trains a classifier on features and reports after every epoch; leaving the loop stops the training. Where an average of
 * the weights is kept, the classifier holds it while the loop's body runs, and in the end.
 *
 * Everything is checked before the first step; rows of a `FeatureSource` whenever they are read.
 *
 * @throws RangeError naming the option that cannot be, or the row whose label is no class or whose features are not finite
 *   numbers; and when there are fewer than two training samples or no validation samples.
 * @throws Error when two weights have one name; when the loss is no longer a number, naming the step; or when the engine lacks a kernel.
 */
export async function* fit(
  classifier: Trainable,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<EpochReport, void, undefined> {
  const { seed = 0, validationViews: views = 1, from, followedBy = [], signal } = options;
  checkTraining(data, options);
  const phases: readonly Phase[] = [options, ...followedBy];
  const weights = variablesOf(classifier);
  const position: TrainingPosition = from ? structuredClone(from.position) : startOf(seed);
  if (position.seed !== seed)
    throw new RangeError(`The state is of seed ${position.seed}, the options say ${seed}.`);
  checkPosition(position, phases, data.train.labels.length);
  if (from) putWeights(from, weights);
  const best: Map<string, Tensor> = from ? bestOf(from) : new Map();
  let resumed = from;
  try {
    for (; position.phase < phases.length; position.phase++) {
      const phase = phases[position.phase]!;
      const { criterion = 'loss', start = 'best', bestOf: among = 'all' } = phase;
      const isLastPhase = position.phase === phases.length - 1;
      const fresh = position.phaseEpoch === 0 && position.phaseStep === 0;
      if (fresh && position.phase > 0 && start === 'best')
        for (const [name, value] of best) weights.get(name)!.assign(value as never);
      if (fresh && among === 'phase') position.best = null;
      const run = new PhaseRun(classifier, data, options, phases, position, best);
      try {
        if (resumed && !fresh) run.restore(resumed);
        resumed = undefined;
        while (!isOver(position, phase)) {
          const { trainLoss, learningRate } = await run.epoch();
          run.useAverage(true);
          const validation = await evaluateOn(classifier, data.validation, data.classes, {
            views,
            signal,
          });
          const isBest = isBetter(validation, criterion, position.best?.value);
          position.epoch += 1;
          position.phaseEpoch += 1;
          position.epochsWithout = isBest ? 0 : position.epochsWithout + 1;
          if (isBest) {
            position.best = { epoch: position.epoch, value: validation[criterion] };
            if (!isLastPhase) keepWeights(weights, best);
          }
          const { epoch } = position;
          const facts = { epoch, phase: position.phase, trainLoss, validation, learningRate };
          const record: EpochRecord = { ...facts, best: isBest };
          position.history.push(record);
          const last = isLastPhase && isOver(position, phase);
          yield { ...record, last, snapshot: () => run.snapshot() };
          if (!isOver(position, phase)) run.useAverage(false);
        }
        run.useAverage(true);
      } finally {
        run.dispose();
      }
      Object.assign(position, { phaseEpoch: 0, phaseStep: 0, epochsWithout: 0, averaged: 0 });
      if (!isLastPhase && (phases[position.phase + 1]!.criterion ?? 'loss') !== criterion)
        position.best = null;
    }
  } finally {
    for (const value of best.values()) value.dispose();
  }
}

/** @throws RangeError when a training of these phases on this data cannot be. */
export function checkTraining(
  { train, validation, classes, classNames }: TrainingData,
  options: FitOptions,
): void {
  const { seed = 0, validationViews = 1, followedBy = [] } = options;
  requireKnown('', options, fitOptions);
  requireKind('followedBy', followedBy, 'a list');
  requireKind('depthOf', options.depthOf, 'a function');
  requireKind('groups', options.groups, 'a function');
  requireKind('onStep', options.onStep, 'a function');
  const phases: readonly Phase[] = [options, ...followedBy];
  checkFeatures('train', train, classes);
  checkFeatures('validation', validation, classes);
  if (classNames && classNames.length !== classes)
    throw new RangeError(
      `${classes} classes need as many classNames, there are ${classNames.length}.`,
    );
  const { labels } = train;
  if (labels.length < 2 || validation.labels.length === 0)
    throw new RangeError(
      `Training needs 2 samples and validation 1; there are ${labels.length} and ${validation.labels.length}.`,
    );
  requireInteger('seed', seed, {});
  requireInteger('validationViews', validationViews, { least: 1, most: validation.views });
  const shape = shapeOf(train);
  // Maps of one place are as good as what is pooled of them.
  if (sizeOf(shape) !== sizeOf(shapeOf(validation)))
    throw new RangeError(
      `validation should have features of the shape of train's, [${shape}]; they are [${shapeOf(validation)}].`,
    );
  phases.forEach((phase, index) => {
    const where = index === 0 ? '' : `followedBy[${index - 1}].`;
    if (index > 0) {
      requireKind(where.slice(0, -1), phase, 'an object');
      requireKnown(where, phase, phaseOptions);
    }
    const stepsPerEpoch = batchBounds(labels.length, phase.batchSize ?? 32).length;
    checkPhase(phase, where, { stepsPerEpoch, labels, classes, shape });
  });
}

/** @throws RangeError when a training of these phases cannot be where a state says that it is. */
function checkPosition(
  { phase, phaseEpoch, batch }: TrainingPosition,
  phases: readonly Phase[],
  samples: number,
): void {
  const { epochs, batchSize = 32 } = phases[phase] ?? { epochs: 0 };
  const batches = batchBounds(samples, batchSize).length;
  if (phase >= phases.length || phaseEpoch > epochs || batch > batches)
    throw new RangeError(
      `The state is of phase ${phase}, epoch ${phaseEpoch}, batch ${batch}; the options make ${phases.length} phases` +
        `${phase < phases.length ? `, and this one has ${epochs} epochs of ${batches} batches` : ''}. It is of another training.`,
    );
}

const shapeOf = (features: Features): readonly number[] =>
  'read' in features ? features.shape : [features.channels];

function isOver(
  { phaseEpoch, epochsWithout }: { readonly phaseEpoch: number; readonly epochsWithout: number },
  { epochs, patience = 5 }: Phase,
): boolean {
  return phaseEpoch >= epochs || epochsWithout >= patience;
}

function isBetter(
  validation: Evaluation,
  criterion: 'loss' | 'accuracy' | 'macroF1',
  value: number | undefined,
): boolean {
  if (value === undefined) return true;
  return criterion === 'loss' ? validation.loss < value : validation[criterion] > value;
}

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);
