import { checkFeatures } from '../features/feature-requirements';
import { type Features, sizeOf } from '../features/feature-set';
import type { WeightGroup } from '../optimizers/optimizer';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireKind } from '../options/requirements';
import { batchBounds } from './batches';
import { checkPhase, type Phase, phaseOptions } from './phase';
import type { EpochRecord, TrainingPosition, TrainingState } from './training-state';

export interface TrainingData {
  readonly train: Features;
  /** Validation set. It decides when training stops and which epoch is best. */
  readonly validation: Features;
  readonly classes: number;
  /** Names of the classes. A resumed training compares them. Default: not compared. */
  readonly classNames?: readonly string[];
}

export interface FitOptions extends Phase {
  /** Phases after the first phase. Default: none. */
  readonly followedBy?: readonly Phase[];
  /** Seed of the order of samples, the views, mixing and dropout. Default 0. */
  readonly seed?: number;
  /** Number of views of a validation photo whose probabilities are averaged. Default 1: the plain view. */
  readonly validationViews?: number;
  /**
   * Returns the number of stages between a weight (given by name) and the logits; for `stageDecay`. Default: 0 for all
   * weights.
   */
  readonly depthOf?: (weight: string) => number;
  /** Returns the group of a weight (given by name); replaces `stageDecay` and `decay`. */
  readonly groups?: (weight: string) => WeightGroup;
  /** The state to continue from. It has to be from a training with the same options and data. */
  readonly from?: TrainingState;
  /** Called after every step, and awaited. */
  readonly onStep?: (report: StepReport) => unknown;
  readonly signal?: AbortSignal;
}

export interface StepReport {
  /** Number of steps done, counted as if every earlier phase had run for all of its epochs. */
  readonly done: number;
  readonly total: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Returns the complete state at this step. Call it before the step's callback ends. */
  snapshot(): Promise<TrainingState>;
}

export interface EpochReport extends EpochRecord {
  /** Whether this is the last report of this `fit`: all epochs of all phases are done, or patience has run out. */
  readonly last: boolean;
  /** Returns the complete state after this epoch. Call it before the next iteration of the loop. */
  snapshot(): Promise<TrainingState>;
}

export const fitOptions: NamesOf<FitOptions> = {
  ...phaseOptions,
  ...{ followedBy: true, seed: true, validationViews: true, depthOf: true, groups: true },
  ...{ from: true, onStep: true, signal: true },
};

/** @throws RangeError naming an invalid option, or data that do not fit together. */
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
      `classNames should hold ${classes} names, one for each class, not ${classNames.length}.`,
    );
  const { labels, targets } = train;
  if ((targets === undefined) !== (validation.targets === undefined))
    throw new RangeError(
      'train and validation should either both have targets or both have only labels.',
    );
  if (labels.length < 2 || validation.labels.length === 0)
    throw new RangeError(
      `Training needs 2 samples and validation 1; there are ${labels.length} and ${validation.labels.length}.`,
    );
  requireInteger('seed', seed, {});
  requireInteger('validationViews', validationViews, { least: 1, most: validation.views });
  const shape = shapeOf(train);
  // Feature maps with one position are treated like pooled features.
  if (sizeOf(shape) !== sizeOf(shapeOf(validation)))
    throw new RangeError(
      `The features of validation should have the same shape as those of train, [${shape}], not [${shapeOf(validation)}].`,
    );
  phases.forEach((phase, index) => {
    const where = index === 0 ? '' : `followedBy[${index - 1}].`;
    if (index > 0) {
      requireKind(where.slice(0, -1), phase, 'an object');
      requireKnown(where, phase, phaseOptions);
    }
    const stepsPerEpoch = batchBounds(labels.length, phase.batchSize).length;
    checkPhase(phase, where, { stepsPerEpoch, truth: train, classes, shape });
  });
}

/** @throws RangeError when a state belongs to other phases or another seed. */
export function checkPosition(
  { seed: known, phase, phaseEpoch, batch }: TrainingPosition,
  seed: number,
  phases: readonly Phase[],
  samples: number,
): void {
  if (known !== seed)
    throw new RangeError(
      `The state was saved with seed ${known}, but the options have seed ${seed}.`,
    );
  const { epochs, batchSize } = phases[phase] ?? { epochs: 0 };
  const batches = batchBounds(samples, batchSize).length;
  if (phase >= phases.length || phaseEpoch > epochs || batch > batches)
    throw new RangeError(
      `The state is at phase ${phase}, epoch ${phaseEpoch}, batch ${batch}; the options describe ${phases.length} phases` +
        `${phase < phases.length ? `, and this phase has ${epochs} epochs of ${batches} batches` : ''}. It belongs to another training.`,
    );
}

const shapeOf = (features: Features): readonly number[] =>
  'read' in features ? features.shape : [features.channels];
