import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm';
import {
  apply,
  convolve,
  globalAverage,
  imagesInput,
  linear,
  maxPool,
  type NetworkOptions,
  network,
  pad,
  relu,
  requireVariant,
} from '../network';
import type { Tap } from '../tap';
import { type ResNetConfig, resNetVariants } from './variants';

const widths = [64, 128, 256, 512] as const;
const expansion = { basic: 1, bottleneck: 4 } as const;

/**
 * Builds a ResNet with layers named as in torchvision: `conv1`, `layer1.0.conv1` ... `layer4.2.relu`, `fc`.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, H/32, W/32, C]`, or to logits `[N, classes]` (no softmax).
 *
 * @example
 * ```ts
 * const network = resNet(resNetVariants.resnet18, { inputSize: [null, null], classes: 9 });
 * const shallow = resNet({ ...resNetVariants.resnet18, depths: [1, 1, 1, 1] }); // of your own
 * ```
 */
export function resNet(config: ResNetConfig, options: NetworkOptions = {}): LayersModel {
  requireVariant('resNet', config, resNetVariants);
  const images = imagesInput('resnet', 32, options);
  const bias = config.convolutionBias;
  let x = convolve(images, 64, 7, 'conv1', { stride: 2, padding: 3, bias });
  x = relu(batchNorm(config, x, 'bn1'), 'relu');
  // PyTorch pads with minus infinity. Zeros give the same maximum here, because no value after a ReLU is below 0.
  x = maxPool(pad(x, 1, 'maxpool.pad'), 'maxpool');

  const block = config.block === 'basic' ? basicBlock : bottleneck;
  config.depths.forEach((depth, stage) => {
    for (let index = 0; index < depth; index++) {
      const stride = index === 0 && stage > 0 ? 2 : 1;
      x = block(config, x, widths[stage]!, stride, `layer${stage + 1}.${index}`);
    }
  });
  if (options.classes === undefined) return network('resnet', images, x);
  return network('resnet', images, linear(globalAverage(x, 'avgpool'), options.classes, 'fc'));
}

/** A basic block: two 3x3 convolutions, whose result is added to the input. */
function basicBlock(
  config: ResNetConfig,
  x: SymbolicTensor,
  width: number,
  stride: number,
  name: string,
): SymbolicTensor {
  const bias = config.convolutionBias;
  let y = convolve(x, width, 3, `${name}.conv1`, { stride, padding: 1, bias });
  y = relu(batchNorm(config, y, `${name}.bn1`), `${name}.relu1`);
  y = convolve(y, width, 3, `${name}.conv2`, { padding: 1, bias });
  y = batchNorm(config, y, `${name}.bn2`);
  return addShortcut(config, x, y, stride, name);
}

/** A bottleneck block: reduces the channels, mixes space, expands the channels, and adds the result to the input. */
function bottleneck(
  config: ResNetConfig,
  x: SymbolicTensor,
  width: number,
  stride: number,
  name: string,
): SymbolicTensor {
  const bias = config.convolutionBias;
  const [stride1, stride2] = config.strideOn === '1x1' ? [stride, 1] : [1, stride];
  let y = convolve(x, width, 1, `${name}.conv1`, { stride: stride1, bias });
  y = relu(batchNorm(config, y, `${name}.bn1`), `${name}.relu1`);
  y = convolve(y, width, 3, `${name}.conv2`, { stride: stride2, padding: 1, bias });
  y = relu(batchNorm(config, y, `${name}.bn2`), `${name}.relu2`);
  y = convolve(y, width * expansion.bottleneck, 1, `${name}.conv3`, { bias });
  y = batchNorm(config, y, `${name}.bn3`);
  return addShortcut(config, x, y, stride, name);
}

function addShortcut(
  config: ResNetConfig,
  x: SymbolicTensor,
  y: SymbolicTensor,
  stride: number,
  name: string,
): SymbolicTensor {
  const channels = y.shape[3]!;
  let shortcut = x;
  if (stride !== 1 || x.shape[3] !== channels) {
    const bias = config.convolutionBias;
    shortcut = convolve(x, channels, 1, `${name}.downsample.0`, { stride, bias });
    shortcut = batchNorm(config, shortcut, `${name}.downsample.1`);
  }
  return relu(apply(layers.add({ name: `${name}.add` }), [y, shortcut]), `${name}.relu`);
}

function batchNorm({ epsilon }: ResNetConfig, x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(new BatchNorm({ epsilon, name }), x);
}

/**
 * The outputs of the stem and of the four stages.
 *
 * @example
 * ```ts
 * const taps = resNetTaps(resNetVariants.resnet50);
 * taps.map(({ layer }) => layer);
 * // ['relu', 'layer1.2.relu', 'layer2.3.relu', 'layer3.5.relu', 'layer4.2.relu']
 * ```
 */
export function resNetTaps(config: ResNetConfig): Tap[] {
  requireVariant('resNetTaps', config, resNetVariants);
  const stages = config.depths.map((depth, stage) => ({
    stage: `layer${stage + 1}`,
    layer: `layer${stage + 1}.${depth - 1}.relu`,
    stride: 4 * 2 ** stage,
    channels: widths[stage]! * expansion[config.block],
  }));
  return [{ stage: 'stem', layer: 'relu', stride: 2, channels: 64 }, ...stages];
}
