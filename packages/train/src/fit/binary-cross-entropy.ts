import {
  add,
  mean,
  mul,
  neg,
  type Scalar,
  softplus,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkTargets } from '../features/feature-requirements';
import { requireInteger, requireNumber } from '../options/requirements';

export interface BinaryCrossEntropyOptions {
  /**
   * For each class, the weight of samples that have the class, `[K]`. Samples without the class have the weight 1. Default:
   * all 1.
   */
  readonly positiveWeights?: Tensor1D;
  /** Share of the target that is spread evenly over "yes" and "no", 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean binary cross entropy of sigmoids over all samples and classes: each class is a separate yes-or-no question. The same
 * as PyTorch's `BCEWithLogitsLoss`; label smoothing is that of Keras' `BinaryCrossentropy`.
 *
 * @param targets `[N, K]`: 1 if a sample has the class, 0 if it does not, and a share between 0 and 1 for blended samples.
 * @param logits `[N, K]`, finite.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const truth = tensor2d([1, 1, 0, 0, 0, 1], [2, 3]); // the first photo has the classes 0 and 1
 * const loss = binaryCrossEntropy(truth, tensor2d([2, 1, -3, -2, 0, 4], [2, 3]));
 * console.log((await loss.data())[0]); // 0.23
 * ```
 */
export function binaryCrossEntropy(
  targets: Tensor2D,
  logits: Tensor2D,
  options: BinaryCrossEntropyOptions = {},
): Scalar {
  return tidy(() => mean(binaryLosses(targets, logits, options)) as Scalar);
}

/** The numerator of `binaryCrossEntropy`. The sums of the parts of a batch add up to the sum of the batch. */
export function summedBinaryCrossEntropy(
  targets: Tensor2D,
  logits: Tensor2D,
  options: BinaryCrossEntropyOptions,
): Scalar {
  return tidy(() => sum(binaryLosses(targets, logits, options)) as Scalar);
}

/** @throws RangeError when `focus` is not 0, because focal loss needs exactly one class for each sample. */
export function requireNoFocus(name: string, focus: number): void {
  if (focus > 0)
    throw new RangeError(
      `${name} is ${focus}, but focal loss needs exactly one class for each sample. Leave it out when samples have targets.`,
    );
}

/** Loss of each sample and class, `[N, K]`. */
function binaryLosses(
  targets: Tensor2D,
  logits: Tensor2D,
  { positiveWeights, labelSmoothing = 0 }: BinaryCrossEntropyOptions,
): Tensor2D {
  requireNumber('labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  return tidy(() => {
    const share =
      labelSmoothing > 0 ? add(mul(targets, 1 - labelSmoothing), labelSmoothing / 2) : targets;
    // softplus(-x) equals -log(sigmoid(x)), and stays exact where the sigmoid is 0 or 1 in 32 bits.
    const own = mul(share, softplus(neg(logits)));
    const present = positiveWeights ? mul(own, positiveWeights) : own;
    return add(present, mul(sub(1, share), softplus(logits))) as Tensor2D;
  });
}

/**
 * Weights that let photos with a class count as much as photos without the class: the number of negatives divided by the
 * number of positives, as PyTorch's documentation recommends for `pos_weight`. A class without positives, or without
 * negatives, has the weight 1.
 *
 * @param targets `[photos, classes]`, 0 or 1.
 * @throws RangeError when the number of targets is not a multiple of `classes`, or a target is neither 0 nor 1.
 * @example
 * ```ts
 * balancedPositiveWeights([1, 0, 0, 1, 0, 0, 0, 1], 2); // [3, 1]: one of four photos has class 0, two have class 1
 * ```
 */
export function balancedPositiveWeights(targets: ArrayLike<number>, classes: number): Float32Array {
  requireInteger('classes', classes, { least: 1 });
  const photos = Math.floor(targets.length / classes);
  checkTargets('targets', targets, photos, classes);
  return Float32Array.from({ length: classes }, (_, k) => {
    let positives = 0;
    for (let photo = 0; photo < photos; photo++) positives += targets[photo * classes + k]!;
    return positives === 0 || positives === photos ? 1 : (photos - positives) / positives;
  });
}
