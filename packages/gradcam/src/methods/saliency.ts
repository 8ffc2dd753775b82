import { abs, add, max, zeros } from '@tensorflow/tfjs-core';
import { customMethod, type Method } from './method';

/**
 * Saliency: the size of the gradient, its largest over the channels. Simonyan et al. 2013. https://arxiv.org/abs/1312.6034
 *
 * For a model tapped at the images. To multiply the gradient by the input, take `hiResCam` there.
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
    // A gradient that is the same everywhere is given once.
    return add(zeros([count, height, width]), max(abs(gradient), 3));
  });
