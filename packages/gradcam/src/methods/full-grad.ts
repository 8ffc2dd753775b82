import type { Method } from './method';

/**
 * FullGrad: the image times its gradient, and each bias of the network times its own, added up. What speaks for the class and
 * what speaks against it look alike. Srinivas & Fleuret 2019. https://arxiv.org/abs/1905.00780
 *
 * As in pytorch-grad-cam: biases of convolutions and of batch norms; each channel scaled to 0 to 1. For a `tf.LayersModel`,
 * wherever it is tapped. Biases of a `tf.GraphModel` cannot be read: converters fold them into one another.
 *
 * @throws TypeError for a graph and for functions, and for a convolution that ends in another activation than ReLU, because
 *   its bias cannot be seen before that.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: fullGrad() });
 * // map.height is 224: the images' size, whatever the tap
 * ```
 */
export const fullGrad = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./full-grad-map')).fullGradientMap(evidence),
});
