import { mean, mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/** Mean gradient of each channel as its weight. Selvaraju et al. 2017, equations 1 and 2. https://arxiv.org/abs/1610.02391 */
export const gradCam = (): Method =>
  summed((features, gradient) => mul(features, mean(gradient, [1, 2], true)));
