import { mean, mul, sum } from '@tensorflow/tfjs-core';
import { type Contributions, customMethod, type Method } from './method';

/** A method that is a sum over the channels. */
export const summed = (contributions: Contributions): Method => ({
  ...customMethod((features, gradient) => sum(contributions(features, gradient), 3)),
  contributions,
});

/** Mean gradient of each channel as its weight. Selvaraju et al. 2017, equations 1 and 2. https://arxiv.org/abs/1610.02391 */
export const gradCam = (): Method =>
  summed((features, gradient) => mul(features, mean(gradient, [1, 2], true)));
