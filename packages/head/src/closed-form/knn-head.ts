import {
  add,
  cast,
  dispose,
  div,
  exp,
  gather,
  log,
  matMul,
  mul,
  oneHot,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';
import { unitRows } from './unit-length';

export interface KnnOptions {
  /** Number of neighbors that vote. Default 20, or all rows if there are fewer. */
  readonly k?: number;
  /** A vote counts `exp(cosine / temperature)`, above 0; with `Infinity` all votes are equal. Default 0.07, as for DINO. */
  readonly temperature?: number;
}

/** A classifier that `evaluateOn` and `logitsOf` of `@shroom/train` take. It has nothing to train. */
export interface KnnHead {
  /** Maps `[N, channels]` to `[N, K]`: logarithms of the shares of the votes. */
  apply(features: Tensor): Tensor2D;
  readonly trainableWeights: readonly never[];
  dispose(): void;
}

/** Share of a class without any vote. */
const least = 1e-12;

/**
 * Classifies by the nearest rows, by the cosine: each of the k nearest ones votes for its class. All rows are in memory, and each answer is
 * compared with all of them.
 *
 * @param rows `[labels.length, channels]`.
 * @throws RangeError when the number of numbers does not fit, a label is not a class, or an option is not valid.
 * @see Caron et al. 2021, Emerging Properties in Self-Supervised Vision Transformers. https://arxiv.org/abs/2104.14294
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const head = knnHead(Float32Array.of(0, 1, 4, 4), [0, 1], 2, { k: 1 });
 * const logits = head.apply(tensor2d([[3, 4]])); // [1, 2]: class 1
 * head.dispose();
 * ```
 */
export function knnHead(
  rows: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  options: KnnOptions = {},
): KnnHead {
  const count = labels.length;
  const { k = Math.min(20, count), temperature = 0.07 } = options;
  const channels = rows.length / count;
  if (!(count > 0 && Number.isInteger(channels) && channels > 0))
    throw new RangeError(`${rows.length} numbers are no rows for ${count} labels.`);
  for (let row = 0; row < count; row++)
    if (!(Number.isInteger(labels[row]) && labels[row]! >= 0 && labels[row]! < classes))
      throw new RangeError(
        `Row ${row} has the label ${labels[row]}; with ${classes} classes, it should be a whole number from 0 to ${classes - 1}.`,
      );
  if (!(Number.isInteger(k) && k >= 1 && k <= count))
    throw new RangeError(`k should be a whole number from 1 to ${count}, not ${k}.`);
  if (!(temperature > 0))
    throw new RangeError(`temperature should be a number above 0, not ${temperature}.`);
  const kept = tidy((): [Tensor2D, Tensor1D] => [
    unitRows(tensor2d(rows, [count, channels])) as Tensor2D,
    tensor1d(Int32Array.from(labels), 'int32'),
  ]);
  const [known, truth] = kept;
  return {
    trainableWeights: [],
    apply: features =>
      tidy(() => {
        const cosines = matMul(unitRows(features) as Tensor2D, known, false, true);
        const nearest = topk(cosines, k);
        // Below the largest cosine, 1, so that no power is too large.
        const votes = exp(mul(sub(nearest.values, 1), 1 / temperature));
        const ofClass = gather(truth, reshape(cast(nearest.indices, 'int32'), [-1]) as Tensor1D);
        const chosen = reshape(cast(oneHot(ofClass, classes), 'float32'), [-1, k, classes]);
        const total = sum(mul(chosen, reshape(votes, [-1, k, 1])), 1);
        const all = sum(votes, 1, true);
        return log(add(div(total, all), least)) as Tensor2D;
      }),
    dispose: () => dispose(kept),
  };
}
