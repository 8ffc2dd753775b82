import { balancedClassWeights } from './loss';
import type { Mixing } from './mixing';
import type { WeightGroup } from './optimiser';
import type { OptimiserOptions } from './optimisers';
import type { Schedule, ScheduleOptions } from './schedule';

/** One stretch of training, as plain data but for a schedule of one's own. */
export interface Phase {
  /** Passes over the training set, at most. */
  readonly epochs: number;
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** Parts that a batch is cut into, one after another, to save memory; the same step but for batch norm. Default 1. */
  readonly accumulation?: number;
  /** Default Adam with weight decay 1e-5, as the original's. */
  readonly optimiser?: OptimiserOptions;
  /** Default cosine annealing from 1e-3 with a period of 10 steps, as the original's. */
  readonly schedule?: ScheduleOptions | Schedule;
  /** Factor on the learning rate for each stage further from the logits, by `depthOf`. Default 1. */
  readonly stageDecay?: number;
  /** `matrices` spares biases, norms and scales the weight decay. Default `all`. */
  readonly decay?: 'all' | 'matrices';
  /** One weight per class, or `balanced`, by the training labels. Default: all 1. */
  readonly classWeights?: ArrayLike<number> | 'balanced';
  /** Probability moved off the true class, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Exponent of focal loss. Default 0: cross entropy. */
  readonly focus?: number;
  /** Mixup or cutmix. Default: none. */
  readonly mixing?: Mixing;
  /** `balanced` draws every class as often. Default `shuffled`: every sample once an epoch. */
  readonly sampling?: 'shuffled' | 'balanced';
  /** Most length of all gradients together. Default: any. */
  readonly clipNorm?: number;
  /** Decay of a moving average of the weights, which is what is evaluated and kept, such as 0.99. Default: none. */
  readonly average?: number;
  /** What is better in validation. Default `loss`, the lower. */
  readonly criterion?: 'loss' | 'accuracy' | 'macroF1';
  /** Epochs without a better validation after which to stop. Default 5. */
  readonly patience?: number;
  /** Of a phase that follows another: whether it goes on from that one's best epoch or its last. Default `best`. */
  readonly start?: 'best' | 'last';
  /** Of a phase that follows another: whether the best epoch is sought among all so far, or its own. Default `all`. */
  readonly bestOf?: 'all' | 'phase';
}

export function classWeightsOf(
  { classWeights }: Phase,
  labels: Int32Array,
  classes: number,
): Float32Array | undefined {
  if (classWeights === undefined) return undefined;
  if (classWeights === 'balanced') return balancedClassWeights(labels, classes);
  if (classWeights.length !== classes)
    throw new RangeError(
      `${classes} classes need as many weights, there are ${classWeights.length}.`,
    );
  return Float32Array.from(classWeights);
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
