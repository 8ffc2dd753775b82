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

/** One stretch of training, as plain data but for a schedule of one's own. */
export interface Phase {
  /** Passes over the training set, at most; 1 or more. */
  readonly epochs: number;
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** Parts that a batch is cut into, one after another, to save memory; the same step but for batch norm. Default 1. */
  readonly accumulation?: number;
  /** Default Adam with weight decay 1e-5, as in the reference recipe. */
  readonly optimizer?: OptimizerOptions;
  /** Default cosine annealing from 1e-3 with a period of 10 steps, as in the reference recipe. */
  readonly schedule?: ScheduleOptions | Schedule;
  /** Factor on the learning rate for each stage further from the logits, by `depthOf`. Default 1. */
  readonly stageDecay?: number;
  /** `matrices` spares biases, norms and scales the weight decay. Default `all`. */
  readonly decay?: 'all' | 'matrices';
  /**
   * One weight per class, or `balanced`, by the training labels; where photos have `targets`, what photos that have the class count.
   * Default: all 1.
   */
  readonly classWeights?: ArrayLike<number> | 'balanced';
  /** Probability moved off the true class, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Exponent of focal loss, 0 or more; not with `targets`. Default 0: cross entropy. */
  readonly focus?: number;
  /** Mixup or cutmix. Default: none. */
  readonly mixing?: Mixing;
  /** `balanced` draws every class as often; not with `targets`. Default `shuffled`: every sample once an epoch. */
  readonly sampling?: 'shuffled' | 'balanced';
  /** Most length of all gradients together, above 0. Default: any. */
  readonly clipNorm?: number;
  /** Decay of a moving average of the weights, which is what is evaluated and kept, such as 0.99. Default: none. */
  readonly average?: number;
  /** What is better in validation; `meanAveragePrecision` is of photos with `targets`. Default `loss`, the lower. */
  readonly criterion?: Criterion;
  /** Epochs without a better validation after which to stop, 1 or more; `Infinity` never stops. Default 5. */
  readonly patience?: number;
  /** Of a phase that follows another: whether it goes on from that one's best epoch or its last. Default `best`. */
  readonly start?: 'best' | 'last';
  /** Of a phase that follows another: whether the best epoch is sought among all so far, or its own. Default `all`. */
  readonly bestOf?: 'all' | 'phase';
}

export type Criterion = 'loss' | 'accuracy' | 'macroF1' | 'meanAveragePrecision';

export const phaseOptions: NamesOf<Phase> = {
  ...{ epochs: true, batchSize: true, accumulation: true, optimizer: true, schedule: true },
  ...{ stageDecay: true, decay: true, classWeights: true, labelSmoothing: true, focus: true },
  ...{ mixing: true, sampling: true, clipNorm: true, average: true, criterion: true },
  ...{ patience: true, start: true, bestOf: true },
};

/** What is checked of a phase besides its options. */
export interface PhaseFacts {
  readonly stepsPerEpoch: number;
  readonly truth: Truth;
  readonly classes: number;
  /** Of one sample. */
  readonly shape: readonly number[];
}

/**
 * @param where What the options are in, such as `followedBy[0].`; empty for the first phase.
 * @throws RangeError naming the first option that is invalid.
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

/** @throws RangeError when there are not as many weights as classes, or when one is below 0 or all are 0. */
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
      `${classes} classes need as many weights, there are ${classWeights?.length ?? 'none'}.`,
    );
  const weights = Float32Array.from(classWeights);
  weights.forEach((weight, index) => {
    requireNumber(`classWeights[${index}]`, weight, { least: 0 });
  });
  if (weights.every(weight => weight === 0))
    throw new RangeError('All class weights are 0: nothing would be learned.');
  return weights;
}

/** The group of a weight: further from the logits smaller steps, and decay only for what is decayed. */
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
