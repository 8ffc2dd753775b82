import { mul } from '@tensorflow/tfjs-core';
import { componentOf } from './component';
import type { Method } from './method';

/**
 * The first principal component of features times gradient, with the sign chosen as for Eigen-CAM. From pytorch-grad-cam.
 *
 * @example
 * ```ts
 * // Unlike the map of `eigenCam()`, this one is of a class.
 * const [{ map }] = await explain(model, images, { method: eigenGradCam(), classIndex: 3 });
 * ```
 */
export const eigenGradCam = (): Method => ({
  needsGradient: true,
  map: ({ features, gradient }) => componentOf(() => mul(features, gradient!)),
});
