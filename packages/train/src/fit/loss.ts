import {
  add,
  cast,
  div,
  exp,
  greater,
  logSoftmax,
  maximum,
  mul,
  neg,
  oneHot,
  pow,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkLabels } from '../features/feature-requirements';
import { requireInteger, requireNumber } from '../options/requirements';

export interface CrossEntropyOptions {
  /** One weight per class, `[K]`. Default: all 1. */
  readonly classWeights?: Tensor1D;
  /** Probability moved off the true class and spread evenly over all, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /**
   * Exponent of focal loss, 0 or more: a class's share counts `(1 - p) ** focus` times, so that what is known well already
   * counts little. Default 0: plain cross entropy.
   */
  readonly focus?: number;
}

/**
 * Mean cross entropy with PyTorch's semantics: for class indices the mean is weighted by the classes' weights, for soft
 * labels it is over the samples, and smoothing weights each class's share by its own. Focal loss is a mean over the samples.
 * A class without any share does not count, also where its logit is -Infinity.
 *
 * @param labels `[N]`, int32 class indices, or `[N, K]`, the share of each class.
 * @param logits `[N, K]`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @see Lin et al. 2017, equation 5. https://arxiv.org/abs/1708.02002
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 *
 * const truth = tensor1d(labels, 'int32');
 * const loss = crossEntropy(truth, logits, { labelSmoothing: 0.1 });
 * console.log((await loss.data())[0]);
 * loss.dispose();
 * truth.dispose();
 * ```
 */
export function crossEntropy(
  labels: Tensor1D | Tensor2D,
  logits: Tensor2D,
  options: CrossEntropyOptions = {},
): Scalar {
  const { classWeights, focus = 0 } = options;
  return tidy(() => {
    const total = summedCrossEntropy(labels, logits, options);
    if (!classWeights || labels.rank === 2 || focus > 0) return div(total, logits.shape[0]);
    const truth = cast(oneHot(labels as Tensor1D, logits.shape[1]), 'float32');
    return div(total, sum(mul(truth, classWeights)));
  });
}

/** The numerator of `crossEntropy`: sums of parts of a batch add up to that of the batch. */
export function summedCrossEntropy(
  labels: Tensor1D | Tensor2D,
  logits: Tensor2D,
  { classWeights, labelSmoothing = 0, focus = 0 }: CrossEntropyOptions,
): Scalar {
  requireNumber('labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  requireNumber('focus', focus, { least: 0 });
  return tidy(() => {
    const classes = logits.shape[1];
    const logProbabilities = logSoftmax(logits, -1);
    // Rows of `share` say how much of each class's log-probability counts.
    let share: Tensor =
      labels.rank === 2 ? labels : cast(oneHot(labels as Tensor1D, classes), 'float32');
    if (labelSmoothing > 0) share = add(mul(share, 1 - labelSmoothing), labelSmoothing / classes);
    if (classWeights) share = mul(share, classWeights);
    // 0 times -Infinity is no number.
    const counted = where(greater(share, 0), logProbabilities, zerosLike(logProbabilities));
    if (focus > 0) {
      // The power of 0 has no slope where `focus` is below 1; what is that certain has no share in the loss.
      const doubt = maximum(sub(1, exp(logProbabilities)), leastDoubt);
      share = mul(share, pow(doubt, focus));
    }
    return neg(sum(mul(share, counted))) as Scalar;
  });
}

/** Far below what a 32-bit probability can be off from 1, and large enough for its powers to be numbers. */
const leastDoubt = 1e-30;

/**
 * What the mean of `crossEntropy` is divided by: how much a batch counts beside others, so that parts of a batch add up
 * to the whole.
 */
export function batchWeight(
  labels: ArrayLike<number>,
  options: {
    readonly classWeights?: ArrayLike<number>;
    readonly focus?: number;
    readonly soft: boolean;
  },
): number {
  const { classWeights, focus = 0, soft } = options;
  if (!classWeights || soft || focus > 0) return labels.length;
  let total = 0;
  for (let row = 0; row < labels.length; row++) total += classWeights[labels[row]!]!;
  return total;
}

/**
 * Weights that let every class count the same, `samples / (classes * samplesOfClass)`; scikit-learn's "balanced". A class
 * without samples has the weight 0.
 *
 * @throws RangeError when a label is no class, naming its row.
 * @example
 * ```ts
 * balancedClassWeights([0, 0, 0, 1], 2); // [0.67, 2]
 * ```
 */
export function balancedClassWeights(labels: ArrayLike<number>, classes: number): Float32Array {
  requireInteger('classes', classes, { least: 1 });
  checkLabels('labels', labels, classes);
  const counts = new Float64Array(classes);
  for (let index = 0; index < labels.length; index++) counts[labels[index]!]!++;
  return Float32Array.from(counts, count => (count === 0 ? 0 : labels.length / (classes * count)));
}
