import type { Method } from './method';

/**
 * Eigen-CAM: the first principal component of the features over the places; no class is asked for. Muhammad & Yeasin 2020.
 * https://arxiv.org/abs/2008.00299
 *
 * A component has no sign of its own, and other libraries leave it to their linear algebra. Here the place that is farthest
 * from 0 is positive.
 */
export const eigenCam = (): Method => ({
  needsGradient: false,
  map: async ({ features }) => {
    const { eachImage, principalComponent } = await import('../algebra/components');
    return eachImage(features, principalComponent);
  },
});
