import { mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/** Each place weighed by its own gradient. Draelos & Carin 2020. https://arxiv.org/abs/2011.08891 */
export const hiResCam = (): Method => summed((features, gradient) => mul(features, gradient));
