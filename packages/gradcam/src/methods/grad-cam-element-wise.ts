import { maximum, mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * Element-wise Grad-CAM: only positions and channels that raise the score count, each weighted by its own gradient, as in pytorch-grad-cam.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: gradCamElementWise(), tap: 'layer3' });
 * ```
 */
export const gradCamElementWise = (): Method =>
  summed((features, gradient) => maximum(mul(features, gradient), 0));
