import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HeadOptions } from '../head';
import { solvePositive } from './cholesky';
import { linearHeadOf } from './linear-head-of';
import type { FeatureMoments } from './moments';

export interface RidgeOptions extends Pick<HeadOptions, 'name'> {
  /** Weight of the squared weights beside the squared errors, above 0; the biases do not count. Default 1, as in scikit-learn. */
  readonly alpha?: number;
}

/**
 * A linear head by ridge regression: of all linear maps, the one that comes nearest to 1 for the class of a row and 0 for the others. It is
 * the same as scikit-learn's `Ridge(alpha)` on one-hot classes. The highest score is the answer; the scores are no logarithms of
 * probabilities. `discriminantHead` has such logits.
 *
 * @throws RangeError when a class has no rows, or alpha is not above 0.
 * @example
 * ```ts
 * const moments = new FeatureMoments(2, 2);
 * await moments.add(Float32Array.of(0, 1, 1, 1, 4, 4, 5, 4), [0, 0, 1, 1]);
 * const head = await ridgeHead(moments, { alpha: 10 });
 * ```
 */
export async function ridgeHead(
  moments: FeatureMoments,
  options: RidgeOptions = {},
): Promise<LayersModel> {
  const { alpha = 1, name } = options;
  if (!(alpha > 0 && alpha < Infinity))
    throw new RangeError(`alpha should be a number above 0, not ${alpha}.`);
  const { channels, classes, counts, rows } = moments;
  const scatter = await moments.scatter('mean');
  for (let channel = 0; channel < channels; channel++)
    scatter[channel * channels + channel]! += alpha;
  const { means } = await moments.means();
  const mean = new Float64Array(channels);
  for (const [place, value] of means.entries())
    mean[place % channels]! += (value * counts[Math.floor(place / channels)]!) / rows;
  // Products of the centered channels with the one-hot classes.
  const right = means.map(
    (value, place) => counts[Math.floor(place / channels)]! * (value - mean[place % channels]!),
  );
  const weights = solvePositive(scatter, channels, right);
  const biases = Float64Array.from({ length: classes }, (_, label) => {
    let bias = counts[label]! / rows;
    for (let channel = 0; channel < channels; channel++)
      bias -= weights[label * channels + channel]! * mean[channel]!;
    return bias;
  });
  return linearHeadOf(channels, weights, biases, { name });
}
