import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type InvertedResiduals,
  invertedResiduals,
  invertedResidualsTaps,
} from '../inverted-residuals/network';
import type { NetworkOptions } from '../network';
import type { Tap } from '../tap';
import { mobileNetV2Groups } from './variants';

const config: InvertedResiduals = {
  name: 'mobilenet_v2',
  groups: mobileNetV2Groups,
  padding: 'symmetric',
  epsilon: 1e-5,
};

/**
 * Builds MobileNetV2 of width 1 as torchvision and timm have it (`mobilenetv2_100`), with layers named as in timm: `conv_stem`,
 * `blocks.0.0.conv_dw` ... `blocks.6.0.bn3`, `conv_head`, `classifier`. Dropout is left out, since it does nothing in inference.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, H/32, W/32, 1280]` (each halving rounds up), or to logits `[N, classes]`
 * (no softmax).
 *
 * @see Sandler et al. 2018. https://arxiv.org/abs/1801.04381
 * @example
 * ```ts
 * const network = mobileNetV2({ inputSize: [224, 224] });
 * console.log(network.outputs[0]!.shape); // [null, 7, 7, 1280]
 * network.dispose();
 * ```
 */
export function mobileNetV2(options: NetworkOptions = {}): LayersModel {
  return invertedResiduals(config, options);
}

/**
 * The outputs of the stem, of the last blocks before each halving, and of the head. The stage `head` includes the last two groups of
 * blocks.
 *
 * @example
 * ```ts
 * mobileNetV2Taps.map(({ stage, channels }) => `${stage}: ${channels}`);
 * // ['stem: 32', 'blocks.0: 16', 'blocks.1: 24', 'blocks.2: 32', 'blocks.4: 96', 'head: 1280']
 * ```
 */
export const mobileNetV2Taps: readonly Tap[] = /* @__PURE__ */ invertedResidualsTaps(config);
