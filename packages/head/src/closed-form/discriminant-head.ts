import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HeadOptions } from '../head';
import { solvePositive } from './cholesky';
import { linearHeadOf } from './linear-head-of';
import type { FeatureMoments } from './moments';

export interface DiscriminantOptions extends Pick<HeadOptions, 'name'> {
  /**
   * Share of the covariance that is replaced by its mean variance in all directions, above 0 to 1. Few rows need more, many need less.
   * Default 0.1.
   */
  readonly shrinkage?: number;
}

/**
 * A linear head by linear discriminant analysis: the classes are normal distributions with means of their own and a common covariance.
 * Softmax of its logits gives the probabilities of the classes. It is the same as scikit-learn's `LinearDiscriminantAnalysis(solver='lsqr',
 * shrinkage=...)`.
 *
 * @throws RangeError when a class has no rows, all rows of each class are the same, or shrinkage is not above 0 and at most 1.
 * @see Hastie, Tibshirani & Friedman 2009, section 4.3. https://hastie.su.domains/ElemStatLearn/
 * @example
 * ```ts
 * const moments = new FeatureMoments(2, 2);
 * await moments.add(Float32Array.of(0, 1, 1, 1, 4, 4, 5, 4), [0, 0, 1, 1]);
 * const head = await discriminantHead(moments); // [N, channels] to [N, K]
 * ```
 */
export async function discriminantHead(
  moments: FeatureMoments,
  options: DiscriminantOptions = {},
): Promise<LayersModel> {
  const { shrinkage = 0.1, name } = options;
  if (!(shrinkage > 0 && shrinkage <= 1))
    throw new RangeError(`shrinkage should be a number above 0, at most 1, not ${shrinkage}.`);
  const { channels, classes, counts, rows } = moments;
  const covariance = (await moments.scatter('classMeans')).map(
    sum => ((1 - shrinkage) * sum) / rows,
  );
  const { means, variance } = await moments.means();
  const mean = variance.reduce((sum, each) => sum + each, 0) / channels;
  for (let channel = 0; channel < channels; channel++)
    covariance[channel * channels + channel]! += shrinkage * mean;
  const weights = solvePositive(covariance, channels, means.slice());
  const biases = Float64Array.from({ length: classes }, (_, label) => {
    let product = 0;
    for (let place = label * channels; place < (label + 1) * channels; place++)
      product += weights[place]! * means[place]!;
    return Math.log(counts[label]! / rows) - product / 2;
  });
  return linearHeadOf(channels, weights, biases, { name });
}
