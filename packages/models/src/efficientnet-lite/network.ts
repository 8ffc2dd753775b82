import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type InvertedResiduals,
  invertedResiduals,
  invertedResidualsTaps,
} from '../inverted-residuals/network';
import { type NetworkOptions, requireVariant } from '../network';
import type { Tap } from '../tap';
import { type EfficientNetLiteConfig, efficientNetLiteVariants } from './variants';

const kernelSizes = [3, 3, 5, 3, 5, 5, 3] as const;
const strides = [1, 2, 2, 2, 1, 2, 1] as const;

/** The rows of the paper's table 1. */
export const efficientNetLiteGroups = ({ depths, widths }: EfficientNetLiteConfig) =>
  kernelSizes.map((kernelSize, group) => ({
    expansion: group === 0 ? 1 : 6,
    channels: widths[group]!,
    depth: depths[group]!,
    stride: strides[group]!,
    kernelSize,
  }));

/** The weights were trained with TensorFlow: its padding at stride 2, and its epsilon. */
const asBlocks = (config: EfficientNetLiteConfig): InvertedResiduals => ({
  name: 'efficientnet_lite',
  groups: efficientNetLiteGroups(config),
  padding: 'same',
  epsilon: 1e-3,
});

/**
 * Builds an EfficientNet-Lite (ReLU6, no squeeze-and-excitation) with layers named as in timm: `conv_stem`, `blocks.0.0.conv_dw` ...
 * `blocks.6.0.bn3`, `conv_head`, `classifier`. It is timm's `tf_efficientnet_lite0` and so on, which pads as TensorFlow does.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, H/32, W/32, 1280]` (each halving rounds up), or to logits `[N, classes]`
 * (no softmax).
 *
 * @example
 * ```ts
 * const network = efficientNetLite(efficientNetLiteVariants.efficientnet_lite0, { classes: 9 });
 * console.log(network.outputs[0]!.shape); // [null, 9]
 * network.dispose();
 * ```
 */
export function efficientNetLite(
  config: EfficientNetLiteConfig,
  options: NetworkOptions = {},
): LayersModel {
  requireVariant('efficientNetLite', config, efficientNetLiteVariants);
  return invertedResiduals(asBlocks(config), options);
}

/**
 * The outputs of the stem, of the last blocks before each halving, and of the head. The stage `head` includes the last two groups of
 * blocks.
 *
 * @example
 * ```ts
 * const taps = efficientNetLiteTaps(efficientNetLiteVariants.efficientnet_lite0);
 * taps.map(({ stage, stride }) => `${stage} / ${stride}`);
 * // ['stem / 2', 'blocks.0 / 2', 'blocks.1 / 4', 'blocks.2 / 8', 'blocks.4 / 16', 'head / 32']
 * ```
 */
export function efficientNetLiteTaps(config: EfficientNetLiteConfig): Tap[] {
  requireVariant('efficientNetLiteTaps', config, efficientNetLiteVariants);
  return invertedResidualsTaps(asBlocks(config));
}
