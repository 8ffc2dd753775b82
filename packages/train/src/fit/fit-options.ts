import { checkFeatures } from '../features/feature-requirements';
import type { Features } from '../features/feature-set';
import type { WeightGroup } from '../optimizers/optimizer';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireKind } from '../options/requirements';
import { batchBounds } from './batches';
import { checkPhase, type Phase, phaseOptions } from './phase';
import type { EpochRecord, TrainingPosition, TrainingState } from './training-state';

export interface TrainingData {
  readonly train: Features;
  /** It decides when to stop and which epoch was best. */
  readonly validation: Features;
  readonly classes: number;
  /** Names of the classes, which a training that goes on compares. Default: not compared. */
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
  /** The state to go on from, of a training with the same options and data. */
  readonly from?: TrainingState;
  /** Called, and waited for, after every step. */
  readonly onStep?: (report: StepReport) => unknown;
  readonly signal?: AbortSignal;
}

export interface StepReport {
  /** Steps done, as if every phase had lasted as long as it may. */
  readonly done: number;
  readonly total: number;
  readonly loss: number;
  readonly learningRate: number;
  /** All that is needed to go on from here; to be called before the step's callback ends. */
  snapshot(): Promise<TrainingState>;
}

export interface EpochReport extends EpochRecord {
  /** The last report of this fit: all epochs of all phases done, or patience at its end. */
  readonly last: boolean;
  /** All that is needed to go on from here; to be called before the loop goes on. */
  snapshot(): Promise<TrainingState>;
}

export const fitOptions: NamesOf<FitOptions> = {
  ...phaseOptions,
  ...{ followedBy: true, seed: true, validationViews: true, depthOf: true, groups: true },
  ...{ from: true, onStep: true, signal: true },
};

/** @throws RangeError naming an option that is invalid, or data that do not fit together. */
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
  const { labels, targets } = train;
  if ((targets === undefined) !== (validation.targets === undefined))
    throw new RangeError(
      'train and validation should both have targets, or both have labels alone.',
    );
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
    const stepsPerEpoch = batchBounds(labels.length, phase.batchSize).length;
    checkPhase(phase, where, { stepsPerEpoch, truth: train, classes, shape });
  });
}

/** @throws RangeError when a state is not of a training of these phases and this seed. */
export function checkPosition(
  { seed: known, phase, phaseEpoch, batch }: TrainingPosition,
  seed: number,
  phases: readonly Phase[],
  samples: number,
): void {
  if (known !== seed)
    throw new RangeError(`The state is of seed ${known}, the options say ${seed}.`);
  const { epochs, batchSize } = phases[phase] ?? { epochs: 0 };
  const batches = batchBounds(samples, batchSize).length;
  if (phase >= phases.length || phaseEpoch > epochs || batch > batches)
    throw new RangeError(
      `The state is of phase ${phase}, epoch ${phaseEpoch}, batch ${batch}; the options make ${phases.length} phases` +
        `${phase < phases.length ? `, and this one has ${epochs} epochs of ${batches} batches` : ''}. It is of another training.`,
    );
}

const shapeOf = (features: Features): readonly number[] =>
  'read' in features ? features.shape : [features.channels];

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);
