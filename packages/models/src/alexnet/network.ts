import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import { AdaptiveAverage } from '../layers/adaptive-average';
import {
  apply,
  convolve,
  imagesInput,
  linear,
  maxPool,
  type NetworkOptions,
  network,
  relu,
} from '../network';
import type { Tap } from '../tap';
import { alexNetConvolutions } from './variants';

/**
 * Builds the one-column AlexNet, with layers named as in torchvision: `features.0` ... `features.12`, `classifier.1` ... `classifier.6`.
 * Dropout is left out, since it does nothing in inference.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, h, w, 256]` (6 x 6 for 224 x 224), or to logits `[N, classes]`.
 * @see Krizhevsky 2014. https://arxiv.org/abs/1404.5997
 * @example
 * ```ts
 * const network = alexNet({ classes: 9 });
 * console.log(network.outputs[0]!.shape); // [null, 9]
 * network.dispose();
 * ```
 */
export function alexNet(options: NetworkOptions = {}): LayersModel {
  const images = imagesInput('alexnet', 63, options);
  let x = images;
  for (const { index, filters, kernelSize, stride, padding, pool } of alexNetConvolutions) {
    x = convolve(x, filters, kernelSize, `features.${index}`, { stride, padding, bias: true });
    x = relu(x, `features.${index + 1}`);
    if (pool) x = maxPool(x, `features.${index + 2}`);
  }
  if (options.classes === undefined) return network('alexnet', images, x);

  x = apply(new AdaptiveAverage({ size: 6, name: 'avgpool' }), x);
  // PyTorch flattens with the channels first. The permutation lets the classifier's weights be used as they are in PyTorch's checkpoints.
  x = apply(layers.permute({ dims: [3, 1, 2], name: 'channels_first' }), x);
  x = apply(layers.flatten({ name: 'flatten' }), x);
  x = relu(linear(x, 4096, 'classifier.1'), 'classifier.2');
  x = relu(linear(x, 4096, 'classifier.4'), 'classifier.5');
  return network('alexnet', images, linear(x, options.classes, 'classifier.6'));
}

/**
 * The outputs of the three pooling layers.
 *
 * @example
 * ```ts
 * alexNetTaps.map(({ layer, channels }) => `${layer}: ${channels}`);
 * // ['features.2: 64', 'features.5: 192', 'features.12: 256']
 * ```
 */
export const alexNetTaps: readonly Tap[] = [
  { stage: 'stem', layer: 'features.2', stride: 8, channels: 64 },
  { stage: 'features.3', layer: 'features.5', stride: 16, channels: 192 },
  { stage: 'features.6', layer: 'features.12', stride: 32, channels: 256 },
];
