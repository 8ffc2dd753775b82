import { mul, relu } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/** Like HiResCAM, but only by what raises the score. Jiang et al. 2021. https://doi.org/10.1109/TIP.2021.3089943 */
export const layerCam = (): Method => summed((features, gradient) => mul(features, relu(gradient)));
