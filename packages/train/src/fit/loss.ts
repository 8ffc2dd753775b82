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
  /** Weight of each class, `[K]`. Default: all 1. */
  readonly classWeights?: Tensor1D;
  /** Probability that is moved from the true class and spread evenly over all classes, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /**
   * Exponent of focal loss, 0 or more. The loss of each class is multiplied by `(1 - p) ** focus`, so well-classified
   * samples count little. Default 0: plain cross entropy.
   */
  readonly focus?: number;
}

/**
 * Mean cross entropy with PyTorch's semantics. For class indices, the mean is weighted by the weights of the classes; for
 * soft labels, it is the mean over the samples. Label smoothing weights the share of each class by the weight of that
 * class. Focal loss is a mean over the samples. A class with a share of 0 does not count, even if its logit is -Infinity.
 *
 * @param labels `[N]`, int32 class indices, or `[N, K]`, the share of each class (soft labels).
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

/** The numerator of `crossEntropy`. The sums of the parts of a batch add up to the sum of the batch. */
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
    // Each row of `share` holds the weight of each class's log-probability.
    let share: Tensor =
      labels.rank === 2 ? labels : cast(oneHot(labels as Tensor1D, classes), 'float32');
    if (labelSmoothing > 0) share = add(mul(share, 1 - labelSmoothing), labelSmoothing / classes);
    if (classWeights) share = mul(share, classWeights);
    // Avoids 0 * -Infinity, which is NaN.
    const counted = where(greater(share, 0), logProbabilities, zerosLike(logProbabilities));
    if (focus > 0) {
      // For `focus` below 1, the power has an infinite derivative at 0. The lower bound avoids that.
      const doubt = maximum(sub(1, exp(logProbabilities)), leastDoubt);
      share = mul(share, pow(doubt, focus));
    }
    return neg(sum(mul(share, counted))) as Scalar;
  });
}

/**
 * Lower bound of 1 - p. Far below the resolution of a 32-bit probability near 1, but large enough that its powers do not
 * underflow.
 */
const leastDoubt = 1e-30;

/**
 * The denominator of the mean in `crossEntropy`: the total weight of a batch. The weights of the parts of a batch add up to
 * the weight of the batch.
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
 * Weights that let every class count the same: `samples / (classes * samplesOfClass)`, scikit-learn's "balanced". A class
 * without samples has the weight 0.
 *
 * @throws RangeError when a label is not a class, naming its row.
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
