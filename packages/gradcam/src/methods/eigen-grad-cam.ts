import { mul } from '@tensorflow/tfjs-core';
import { componentOf } from './component';
import type { Method } from './method';

/** The first principal component of features times gradient, signed as for Eigen-CAM. From pytorch-grad-cam. */
export const eigenGradCam = (): Method => ({
  needsGradient: true,
  map: ({ features, gradient }) => componentOf(() => mul(features, gradient!)),
});
