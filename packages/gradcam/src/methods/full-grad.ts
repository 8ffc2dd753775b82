import type { Method } from './method';

/**
 * FullGrad: the image times its gradient, plus each bias of the network times its gradient. Evidence for and against the class look the
 * same. Srinivas & Fleuret 2019. https://arxiv.org/abs/1905.00780
 *
 * As in pytorch-grad-cam, it takes the biases of convolutions and batch norms, and scales each channel to 0 to 1. It works for a
 * `tf.LayersModel` with any tap. The biases of a `tf.GraphModel` cannot be read, because converters merge them.
 *
 * @throws TypeError for a graph or functions, and for a convolution that ends in an activation other than ReLU, because its bias
 *   cannot be observed before the activation.
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
