import { abs, mul } from '@tensorflow/tfjs-core';
import { componentOf } from './component';
import type { Method } from './method';

/**
 * Seg-Eigen-CAM: the first principal component of features times the absolute gradient, with the sign chosen as for Eigen-CAM. Chung & Ying
 * 2025. https://doi.org/10.3390/app15137562
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: segEigenCam(), classIndex: 3 });
 * ```
 */
export const segEigenCam = (): Method => ({
  needsGradient: true,
  map: ({ features, gradient }) => componentOf(() => mul(features, abs(gradient!))),
});
