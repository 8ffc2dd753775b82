import { mean, mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * Grad-CAM: each channel is weighted by its mean gradient. Selvaraju et al. 2017, equations 1 and 2. https://arxiv.org/abs/1610.02391
 *
 * @example
 * ```ts
 * // What speaks for class 3, whether or not it is the predicted one.
 * const [{ map, flat }] = await explain(model, images, { method: gradCam(), classIndex: 3 });
 * ```
 */
export const gradCam = (): Method =>
  summed((features, gradient) => mul(features, mean(gradient, [1, 2], true)));
