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
  /** What a photo that has the class counts for each class, `[K]`; one that lacks it counts 1. Default: all 1. */
  readonly positiveWeights?: Tensor1D;
  /** Probability moved off what is true and spread evenly over yes and no, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean binary cross entropy of sigmoids, over all samples and classes: each class is a question of its own. As PyTorch's
 * `BCEWithLogitsLoss`; smoothing is that of Keras' `BinaryCrossentropy`.
 *
 * @param targets `[N, K]`, 1 where a sample has the class, 0 where it does not; shares between them where samples were blended.
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

/** The numerator of `binaryCrossEntropy`: sums of parts of a batch add up to that of the batch. */
export function summedBinaryCrossEntropy(
  targets: Tensor2D,
  logits: Tensor2D,
  options: BinaryCrossEntropyOptions,
): Scalar {
  return tidy(() => sum(binaryLosses(targets, logits, options)) as Scalar);
}

/** @throws RangeError where focal loss is asked for: it is of one class a sample. */
export function requireNoFocus(name: string, focus: number): void {
  if (focus > 0)
    throw new RangeError(
      `${name} is ${focus}; focal loss is for samples of one class. Leave it out where samples have targets.`,
    );
}

/** `[N, K]`. */
function binaryLosses(
  targets: Tensor2D,
  logits: Tensor2D,
  { positiveWeights, labelSmoothing = 0 }: BinaryCrossEntropyOptions,
): Tensor2D {
  requireNumber('labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  return tidy(() => {
    const share =
      labelSmoothing > 0 ? add(mul(targets, 1 - labelSmoothing), labelSmoothing / 2) : targets;
    // softplus(-x) is -log(sigmoid(x)), exact also where the sigmoid is 0 or 1 in 32 bits.
    const own = mul(share, softplus(neg(logits)));
    const present = positiveWeights ? mul(own, positiveWeights) : own;
    return add(present, mul(sub(1, share), softplus(logits))) as Tensor2D;
  });
}

/**
 * Weights that let photos with a class count as much as those without it: negatives by positives, as PyTorch's documentation advises for
 * `pos_weight`. A class without positives, or without negatives, has the weight 1.
 *
 * @param targets `[photos, classes]`, 0 or 1.
 * @throws RangeError when the number of targets fits no number of photos, or one is neither 0 nor 1.
 * @example
 * ```ts
 * balancedPositiveWeights([1, 0, 0, 1, 0, 0, 0, 1], 2); // [3, 1]: one of four photos has class 0, two of four class 1
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
