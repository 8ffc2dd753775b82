import { mul, relu } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/**
 * LayerCAM: like HiResCAM, but only gradients that raise the score count. Jiang et al. 2021. https://doi.org/10.1109/TIP.2021.3089943
 *
 * @example
 * ```ts
 * // Good at earlier layers, whose maps are finer.
 * const [{ map }] = await explain(model, images, { method: layerCam(), tap: 'layer3' });
 * ```
 */
export const layerCam = (): Method => summed((features, gradient) => mul(features, relu(gradient)));
