import type { Method } from './method';

/**
 * Eigen-CAM: the first principal component of the features over the places. It does not depend on the class. Muhammad & Yeasin
 * 2020. https://arxiv.org/abs/2008.00299
 *
 * A component has no sign of its own, and other libraries leave it to their linear algebra. Here the place that is farthest
 * from 0 is positive.
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
