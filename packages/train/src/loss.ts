import {
  add,
  cast,
  div,
  logSoftmax,
  mul,
  neg,
  oneHot,
  type Scalar,
  sum,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';

export interface CrossEntropyOptions {
  /** One weight per class, `[K]`. Default: all 1. */
  readonly classWeights?: Tensor1D;
  /** Probability moved off the true class and spread evenly over all, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean cross entropy with PyTorch's semantics: the mean is weighted by the classes' weights, and smoothing weights each
 * class's share by its own.
 *
 * @param labels `[N]`, int32 class indices.
 * @param logits `[N, K]`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export function crossEntropy(
  labels: Tensor1D,
  logits: Tensor2D,
  options: CrossEntropyOptions = {},
): Scalar {
  const { classWeights, labelSmoothing = 0 } = options;
  return tidy(() => {
    const [count, classes] = logits.shape;
    const logProbabilities = logSoftmax(logits, -1);
    const truth = cast(oneHot(labels, classes), 'float32');
    // Rows of `share` say how much of each class's log-probability counts.
    let share = truth;
    if (labelSmoothing > 0) share = add(mul(truth, 1 - labelSmoothing), labelSmoothing / classes);
    if (!classWeights) return neg(div(sum(mul(share, logProbabilities)), count)) as Scalar;
    const total = sum(mul(truth, classWeights));
    return neg(div(sum(mul(mul(share, classWeights), logProbabilities)), total)) as Scalar;
  });
}

/** Weights that let every class count the same, `samples / (classes * samplesOfClass)`; scikit-learn's "balanced". */
export function balancedClassWeights(labels: ArrayLike<number>, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (let index = 0; index < labels.length; index++) counts[labels[index]!]!++;
  return Float32Array.from(counts, count => (count === 0 ? 0 : labels.length / (classes * count)));
}
