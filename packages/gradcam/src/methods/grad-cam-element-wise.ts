import { maximum, mul } from '@tensorflow/tfjs-core';
import { type Method, summed } from './method';

/** Only the places and channels that raise the score, each by its own gradient; as pytorch-grad-cam has it. */
export const gradCamElementWise = (): Method =>
  summed((features, gradient) => maximum(mul(features, gradient), 0));
