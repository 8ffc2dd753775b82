import type { Truth } from '../features/feature-set';
import { createOptimizer, type OptimizerOptions } from '../optimizers/create-optimizer';
import type { WeightGroup } from '../optimizers/optimizer';
import {
  cosineAnnealing,
  type Schedule,
  type ScheduleOptions,
  scheduleOf,
} from '../optimizers/schedule';
import type { NamesOf } from '../options/option-names';
import {
  requireInteger,
  requireKind,
  requireNumber,
  requireOneOf,
  within,
} from '../options/requirements';
import { balancedPositiveWeights, requireNoFocus } from './binary-cross-entropy';
import { balancedClassWeights } from './loss';
import { checkMixing, type Mixing } from './mixing';

/** One phase of training. It is plain data, unless its schedule is a function. */
export interface Phase {
  /** Maximum number of passes over the training set; 1 or more. */
  readonly epochs: number;
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** Number of parts into which a batch is cut to save memory; the step is the same except for batch norm. Default 1. */
  readonly accumulation?: number;
  /** Optimizer. Default: Adam with weight decay 1e-5, as in the reference recipe. */
  readonly optimizer?: OptimizerOptions;
  /** Learning-rate schedule. Default: cosine annealing from 1e-3 with a period of 10 steps, as in the reference recipe. */
  readonly schedule?: ScheduleOptions | Schedule;
  /** Factor on the learning rate for each stage further from the logits (see `depthOf`). Default 1. */
  readonly stageDecay?: number;
  /** `matrices` applies weight decay only to matrices, not to biases, norms and scales. Default `all`. */
  readonly decay?: 'all' | 'matrices';
  /**
   * Weight of each class, or `balanced` to derive the weights from the training labels. If photos have `targets`, it is the
   * weight of the photos that have the class. Default: all 1.
   */
  readonly classWeights?: ArrayLike<number> | 'balanced';
  /** Probability that is moved from the true class, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Exponent of focal loss, 0 or more; not allowed with `targets`. Default 0: cross entropy. */
  readonly focus?: number;
  /** Mixup or CutMix. Default: none. */
  readonly mixing?: Mixing;
  /**
   * `balanced` draws every class equally often; not allowed with `targets`. Default `shuffled`: every sample once in each
   * epoch.
   */
  readonly sampling?: 'shuffled' | 'balanced';
  /** Maximum norm of all gradients together, above 0. Default: no limit. */
  readonly clipNorm?: number;
  /**
   * Decay of a moving average of the weights, such as 0.99. The average is what is evaluated and saved. Default: no
   * average.
   */
  readonly average?: number;
  /**
   * The validation metric that chooses the best epoch. `meanAveragePrecision` needs `targets`. Default `loss` (lower is
   * better).
   */
  readonly criterion?: Criterion;
  /**
   * Training stops after this number of epochs without a better validation result, 1 or more; `Infinity` never stops.
   * Default 5.
   */
  readonly patience?: number;
  /** For a later phase: whether it starts from the best or the last epoch of the phase before it. Default `best`. */
  readonly start?: 'best' | 'last';
  /**
   * For a later phase: whether the best epoch is chosen among all epochs so far, or only those of this phase. Default
   * `all`.
   */
  readonly bestOf?: 'all' | 'phase';
}

export type Criterion = 'loss' | 'accuracy' | 'macroF1' | 'meanAveragePrecision';

export const phaseOptions: NamesOf<Phase> = {
  ...{ epochs: true, batchSize: true, accumulation: true, optimizer: true, schedule: true },
  ...{ stageDecay: true, decay: true, classWeights: true, labelSmoothing: true, focus: true },
  ...{ mixing: true, sampling: true, clipNorm: true, average: true, criterion: true },
  ...{ patience: true, start: true, bestOf: true },
};

/** Facts about the data that the options of a phase are checked against. */
export interface PhaseFacts {
  readonly stepsPerEpoch: number;
  readonly truth: Truth;
  readonly classes: number;
  /** Shape of one sample. */
  readonly shape: readonly number[];
}

/**
 * @param where Prefix of the option names in errors, such as `followedBy[0].`; empty for the first phase.
 * @throws RangeError naming the first invalid option.
 */
export function checkPhase(phase: Phase, where: string, facts: PhaseFacts): void {
  const { epochs, batchSize = 32, accumulation = 1, stageDecay = 1, decay = 'all' } = phase;
  const { labelSmoothing = 0, focus = 0, mixing, sampling = 'shuffled', clipNorm, average } = phase;
  const { criterion = 'loss', patience = 5, start = 'best', bestOf = 'all' } = phase;
  requireInteger(`${where}epochs`, epochs, { least: 1 });
  requireInteger(`${where}batchSize`, batchSize, { least: 1 });
  requireInteger(`${where}accumulation`, accumulation, { least: 1 });
  requireNumber(`${where}stageDecay`, stageDecay, { least: 0 });
  requireOneOf(`${where}decay`, decay, ['all', 'matrices']);
  requireNumber(`${where}labelSmoothing`, labelSmoothing, { least: 0, most: 1 });
  requireNumber(`${where}focus`, focus, { least: 0 });
  requireOneOf(`${where}sampling`, sampling, ['shuffled', 'balanced']);
  if (clipNorm !== undefined) requireNumber(`${where}clipNorm`, clipNorm, { above: 0 });
  if (average !== undefined) requireNumber(`${where}average`, average, { least: 0, below: 1 });
  const { targets } = facts.truth;
  requireOneOf(`${where}criterion`, criterion, [
    ...['loss', 'accuracy', 'macroF1'],
    ...(targets ? ['meanAveragePrecision'] : []),
  ]);
  if (targets) {
    requireNoFocus(`${where}focus`, focus);
    requireOneOf(`${where}sampling`, sampling, ['shuffled']);
  }
  requireInteger(`${where}patience`, patience, { least: 1, infinite: true });
  requireOneOf(`${where}start`, start, ['best', 'last']);
  requireOneOf(`${where}bestOf`, bestOf, ['all', 'phase']);
  requireKind(`${where}mixing`, mixing, 'an object');
  requireKind(`${where}optimizer`, phase.optimizer, 'an object');
  requireKind(`${where}schedule`, phase.schedule, 'an object or a function');
  if (mixing) within(`${where}mixing`, () => checkMixing(mixing, facts.shape));
  within(`${where}classWeights`, () => classWeightsOf(phase, facts.truth, facts.classes));
  within(`${where}optimizer`, () => optimizerOf(phase).dispose());
  within(`${where}schedule`, () => plannedSchedule(phase, facts.stepsPerEpoch));
}

export function optimizerOf({ optimizer = { name: 'adam', weightDecay: 1e-5 } }: Phase) {
  return createOptimizer(optimizer);
}

export function plannedSchedule({ schedule, epochs }: Phase, stepsPerEpoch: number): Schedule {
  if (typeof schedule === 'function') return schedule;
  if (schedule) return scheduleOf(schedule, { epochs, stepsPerEpoch });
  return cosineAnnealing(1e-3, 10);
}

/** @throws RangeError when the number of weights differs from the number of classes, a weight is negative, or all are 0. */
export function classWeightsOf(
  { classWeights }: Pick<Phase, 'classWeights'>,
  { labels, targets }: Truth,
  classes: number,
): Float32Array | undefined {
  if (classWeights === undefined) return undefined;
  if (classWeights === 'balanced')
    return targets
      ? balancedPositiveWeights(targets, classes)
      : balancedClassWeights(labels, classes);
  if (classWeights?.length !== classes)
    throw new RangeError(
      `${classes} classes need ${classes} class weights; there are ${classWeights?.length ?? 'none'}.`,
    );
  const weights = Float32Array.from(classWeights);
  weights.forEach((weight, index) => {
    requireNumber(`classWeights[${index}]`, weight, { least: 0 });
  });
  if (weights.every(weight => weight === 0))
    throw new RangeError('All class weights are 0, so the classifier would learn nothing.');
  return weights;
}

/**
 * The optimizer group of a weight: a smaller learning rate further from the logits, and weight decay only where it applies.
 */
export function groupOf(
  { stageDecay = 1, decay = 'all' }: Phase,
  depth: number,
  rank: number,
): WeightGroup {
  return {
    learningRateFactor: stageDecay ** depth,
    ...(decay === 'matrices' && rank < 2 && { weightDecay: 0 }),
  };
}
