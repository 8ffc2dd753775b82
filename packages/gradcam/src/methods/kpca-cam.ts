import { atLeastZero, type Method } from './method';

export interface KpcaCamOptions {
  /** Factor of the inner products in the kernel function `tanh(scale * x . y + 1)`. Default: 1 divided by the number of channels. */
  readonly scale?: number;
}

/**
 * KPCA-CAM: Eigen-CAM with a kernel function between positions, here the sigmoid kernel. Karmani et
 * al. 2024. https://arxiv.org/abs/2410.00267
 *
 * It stores a matrix of positions by positions, so it suits only the last or next-to-last stage.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: kpcaCam({ scale: 0.01 }), tap: 'layer4' });
 * ```
 */
export function kpcaCam(options: KpcaCamOptions = {}): Method {
  atLeastZero(options.scale ?? 1, 'scale');
  return {
    needsGradient: false,
    map: async ({ features }) => {
      const { eachImage, kernelPrincipalComponent } = await import('../algebra/components');
      return eachImage(features, matrix =>
        kernelPrincipalComponent(matrix, options.scale ?? 1 / matrix.channels),
      );
    },
  };
}
