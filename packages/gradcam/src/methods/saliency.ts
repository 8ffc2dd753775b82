import { abs, add, max, zeros } from '@tensorflow/tfjs-core';
import { customMethod, type Method } from './method';

/**
 * Saliency: the absolute gradient, maximum over the channels. Simonyan et al. 2013. https://arxiv.org/abs/1312.6034
 *
 * Use it with a model that is tapped at the images. For gradient times input, use `hiResCam` with the same tap.
 *
 * @example
 * ```ts
 * const tap = model.inputs[0].name; // looks at pixels
 * const [{ map }] = await explain(model, images, { method: saliency(), tap }); // 224 x 224
 * ```
 */
export const saliency = (): Method =>
  customMethod((features, gradient) => {
    const [count, height, width] = features.shape;
    // A gradient that is the same at all positions is stored once; the addition broadcasts it.
    return add(zeros([count, height, width]), max(abs(gradient), 3));
  });
