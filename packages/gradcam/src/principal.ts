import { abs, mul, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { atLeastZero, type Method } from './method';

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
    const { eachImage, principalComponent } = await import('./components');
    return eachImage(features, principalComponent);
  },
});

/** The first principal component of features times gradient, signed as for Eigen-CAM. From pytorch-grad-cam. */
export const eigenGradCam = (): Method => ({
  needsGradient: true,
  map: ({ features, gradient }) => componentOf(() => mul(features, gradient!)),
});

/** The first principal component of features times the gradient's size, signed as for Eigen-CAM. Chung & Ying 2025. https://doi.org/10.3390/app15137562 */
export const segEigenCam = (): Method => ({
  needsGradient: true,
  map: ({ features, gradient }) => componentOf(() => mul(features, abs(gradient!))),
});

export interface KpcaCamOptions {
  /** Scale of the inner products within the kernel `tanh(scale * x . y + 1)`. Default 1 over the number of channels. */
  readonly scale?: number;
}

/**
 * KPCA-CAM: Eigen-CAM with a kernel between places, here the sigmoid one. Karmani et al. 2024. https://arxiv.org/abs/2410.00267
 *
 * Holds a matrix of places by places: for a last or next to last stage.
 */
export function kpcaCam(options: KpcaCamOptions = {}): Method {
  atLeastZero(options.scale ?? 1, 'scale');
  return {
    needsGradient: false,
    map: async ({ features }) => {
      const { eachImage, kernelComponent } = await import('./components');
      return eachImage(features, matrix =>
        kernelComponent(matrix, options.scale ?? 1 / matrix.channels),
      );
    },
  };
}

/** The first principal component of weighted features, for each image. */
export async function componentOf(weighted: () => Tensor): Promise<Tensor3D> {
  const { eachWeighted, principalComponent } = await import('./components');
  return eachWeighted(weighted, principalComponent);
}
