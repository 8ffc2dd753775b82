import type { Method } from './method';

/**
 * Eigen-CAM: the first principal component of the features over the positions. It does not depend on the class. Muhammad &
 * Yeasin 2020. https://arxiv.org/abs/2008.00299
 *
 * The sign of a principal component is arbitrary, and other libraries leave it to their linear algebra.
 * Here the value farthest from 0 is positive.
 *
 * @example
 * ```ts
 * // The same map whatever `classIndex` is, in one forward pass.
 * const [{ map }] = await explain(model, images, { method: eigenCam() });
 * ```
 */
export const eigenCam = (): Method => ({
  needsGradient: false,
  map: async ({ features }) => {
    const { eachImage, principalComponent } = await import('../algebra/components');
    return eachImage(features, principalComponent);
  },
});
