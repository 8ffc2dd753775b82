import { add, div, mul, sum } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * XGrad-CAM: each channel's gradient, weighted by where the channel is active. Fu et al. 2020. https://arxiv.org/abs/2008.02312
 *
 * The method divides by each channel's sum. If features can be negative, as before a ReLU, the sum can be close to 0,
 * and the channel then outweighs all others.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: xGradCam(), tap: 'layer4.2.relu' }); // after a ReLU
 * ```
 */
export const xGradCam = (): Method =>
  summed((features, gradient) => {
    const total = add(sum(features, [1, 2], true), 1e-7);
    return mul(features, div(sum(mul(features, gradient), [1, 2], true), total));
  });
