import { mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * HiResCAM: each position is weighted by its own gradient. Draelos & Carin 2020. https://arxiv.org/abs/2011.08891
 *
 * @example
 * ```ts
 * // Right before global average pooling this is Grad-CAM; at an earlier layer it is not.
 * const [{ map }] = await explain(model, images, { method: hiResCam(), tap: 'layer3' });
 * ```
 */
export const hiResCam = (): Method => summed((features, gradient) => mul(features, gradient));
