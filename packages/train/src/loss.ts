import {
  add,
  cast,
  div,
  exp,
  logSoftmax,
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
} from '@tensorflow/tfjs-core';

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
 *
 * @param labels `[N]`, int32 class indices, or `[N, K]`, the share of each class.
 * @param logits `[N, K]`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @see Lin et al. 2017, equation 5. https://arxiv.org/abs/1708.02002
 */
export function crossEntropy(
  labels: Tensor1D | Tensor2D,
  logits: Tensor2D,
  options: CrossEntropyOptions = {},
): Scalar {
  const { classWeights, labelSmoothing = 0, focus = 0 } = options;
  return tidy(() => {
    const [count, classes] = logits.shape;
    const logProbabilities = logSoftmax(logits, -1);
    const truth = labels.rank === 2 ? labels : cast(oneHot(labels as Tensor1D, classes), 'float32');
    // Rows of `share` say how much of each class's log-probability counts.
    let share: Tensor = truth;
    if (labelSmoothing > 0) share = add(mul(truth, 1 - labelSmoothing), labelSmoothing / classes);
    if (focus > 0) share = mul(share, pow(sub(1, exp(logProbabilities)), focus));
    if (!classWeights) return neg(div(sum(mul(share, logProbabilities)), count)) as Scalar;
    const weighted = sum(mul(mul(share, classWeights), logProbabilities));
    const total = labels.rank === 2 || focus > 0 ? count : sum(mul(truth, classWeights));
    return neg(div(weighted, total)) as Scalar;
  });
}

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
  return Array.from(labels).reduce((total, label) => total + classWeights[label]!, 0);
}

/** Weights that let every class count the same, `samples / (classes * samplesOfClass)`; scikit-learn's "balanced". */
export function balancedClassWeights(labels: ArrayLike<number>, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (let index = 0; index < labels.length; index++) counts[labels[index]!]!++;
  return Float32Array.from(counts, count => (count === 0 ? 0 : labels.length / (classes * count)));
}
