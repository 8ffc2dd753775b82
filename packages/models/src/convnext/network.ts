import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Gelu } from '../layers/gelu';
import { LayerNorm } from '../layers/layer-norm';
import { LayerScale } from '../layers/layer-scale';
import { StochasticDepth } from '../layers/stochastic-depth';
import {
  apply,
  convolve,
  depthwise,
  globalAverage,
  imagesInput,
  linear,
  type NetworkOptions,
  network,
  requireVariant,
} from '../network';
import type { Tap } from '../tap';
import { type ConvNextConfig, convNextVariants } from './variants';

export interface ConvNextOptions extends NetworkOptions {
  /**
   * Probability that the last block is skipped for a sample in training; for earlier blocks it is proportionally smaller. Default 0, which
   * leaves the layers out. The paper trained Tiny with 0.1, Small with 0.4, Base and Large with 0.5.
   */
  readonly stochasticDepth?: number;
  /** Seed of stochastic depth. Default 0. */
  readonly seed?: number;
}

/**
 * Builds a ConvNeXt with layers named as in timm: `stem.0`, `stages.0.blocks.0.conv_dw` ... `stages.3.blocks.2.add`, `head.fc`.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, H/32, W/32, C]` (each halving rounds down), or to logits `[N, classes]`
 * (no softmax). The layer norm after the pooling belongs to the classifier.
 *
 * @example
 * ```ts
 * const network = convNext(convNextVariants.convnext_tiny, { classes: 9, stochasticDepth: 0.1 });
 * const nano = convNext({ depths: [2, 2, 8, 2], widths: [80, 160, 320, 640] }); // a variant of your own
 * ```
 */
export function convNext(config: ConvNextConfig, options: ConvNextOptions = {}): LayersModel {
  const { classes, stochasticDepth = 0, seed = 0 } = options;
  requireVariant('convNext', config, convNextVariants);
  const images = imagesInput('convnext', 32, options);
  let x = convolve(images, config.widths[0], 4, 'stem.0', { stride: 4, bias: true });
  x = layerNorm(x, 'stem.1');

  const blocks = config.depths.reduce((sum, depth) => sum + depth, 0);
  let block = 0;
  config.depths.forEach((depth, stage) => {
    const channels = config.widths[stage]!;
    if (stage > 0) {
      x = layerNorm(x, `stages.${stage}.downsample.0`);
      const name = `stages.${stage}.downsample.1`;
      x = convolve(x, channels, 2, name, { stride: 2, bias: true });
    }
    for (let index = 0; index < depth; index++) {
      const rate = (stochasticDepth * block++) / (blocks - 1);
      x = convNextBlock(x, channels, `stages.${stage}.blocks.${index}`, rate, seed);
    }
  });
  if (classes === undefined) return network('convnext', images, x);
  x = layerNorm(globalAverage(x, 'head.global_pool'), 'head.norm');
  return network('convnext', images, linear(x, classes, 'head.fc'));
}

/** Mixes space, then channels, and adds the result to the input. `[N, H, W, C]` in and out. */
function convNextBlock(
  x: SymbolicTensor,
  channels: number,
  name: string,
  rate: number,
  seed: number,
): SymbolicTensor {
  let y = depthwise(x, 7, `${name}.conv_dw`, { padding: 'same', bias: true });
  y = layerNorm(y, `${name}.norm`);
  y = linear(y, 4 * channels, `${name}.mlp.fc1`);
  y = apply(new Gelu({ name: `${name}.mlp.act` }), y);
  y = linear(y, channels, `${name}.mlp.fc2`);
  y = apply(new LayerScale({ name: `${name}.gamma` }), y);
  if (rate > 0) y = apply(new StochasticDepth({ rate, seed, name: `${name}.drop_path` }), y);
  return apply(layers.add({ name: `${name}.add` }), [x, y]);
}

function layerNorm(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(new LayerNorm({ epsilon: 1e-6, name }), x);
}

/**
 * The outputs of the stem and of the four stages.
 *
 * @example
 * ```ts
 * const taps = convNextTaps(convNextVariants.convnext_tiny);
 * taps.map(({ stride }) => stride); // [4, 4, 8, 16, 32]
 * ```
 */
export function convNextTaps(config: ConvNextConfig): Tap[] {
  requireVariant('convNextTaps', config, convNextVariants);
  const stages = config.depths.map((depth, stage) => ({
    stage: `stages.${stage}`,
    layer: `stages.${stage}.blocks.${depth - 1}.add`,
    stride: 4 * 2 ** stage,
    channels: config.widths[stage]!,
  }));
  return [{ stage: 'stem', layer: 'stem.1', stride: 4, channels: config.widths[0] }, ...stages];
}
