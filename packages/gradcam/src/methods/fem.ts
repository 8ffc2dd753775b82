import { add, cast, greater, mean, moments, mul, sqrt } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * FEM: each channel is weighted by how many of its positions are far above its mean. It does not depend on the class. Fuad et
 * al. 2020. https://hal.science/hal-02963298
 *
 * @param deviations How far above the mean, in standard deviations of the channel. Default 2.
 * @example
 * ```ts
 * // Only channels with places that stand out by three deviations count.
 * const [{ map }] = await explain(model, images, { method: fem(3) });
 * ```
 */
export function fem(deviations = 2): Method {
  return summed(features => {
    const { mean: middle, variance } = moments(features, [1, 2], true);
    const rare = greater(features, add(middle, mul(sqrt(variance), deviations)));
    return mul(features, mean(cast(rare, 'float32'), [1, 2], true));
  });
}
