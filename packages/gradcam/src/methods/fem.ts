import { add, cast, greater, mean, moments, mul, sqrt } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * FEM: channels weighed by how many of their places are far above their mean; no class is asked for. Fuad et al. 2020.
 * https://hal.science/hal-02963298
 *
 * @param deviations How far, in standard deviations of the channel. Default 2.
 */
export function fem(deviations = 2): Method {
  return summed(features => {
    const { mean: middle, variance } = moments(features, [1, 2], true);
    const rare = greater(features, add(middle, mul(sqrt(variance), deviations)));
    return mul(features, mean(cast(rare, 'float32'), [1, 2], true));
  });
}
