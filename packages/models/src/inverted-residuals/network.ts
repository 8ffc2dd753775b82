import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm';
import {
  apply,
  convolve,
  depthwise,
  globalAverage,
  imagesInput,
  linear,
  type NetworkOptions,
  network,
  relu6,
} from '../network';
import type { Tap } from '../tap';

/** A group of inverted residual blocks, one row of the papers' tables. */
export interface BlockGroup {
  /** How many times more channels the depthwise convolution has than the block's input. At 1 there is no expansion. */
  readonly expansion: number;
  /** Channels of the group's output. */
  readonly channels: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Step of the first block's depthwise convolution; the others have 1. */
  readonly stride: number;
  /** Side of the depthwise convolutions' kernels. */
  readonly kernelSize: number;
}

/** A network of a stem with 32 channels, groups of inverted residual blocks, and a head with 1,280 channels. */
export interface InvertedResiduals {
  readonly name: string;
  readonly groups: readonly BlockGroup[];
  /**
   * Where zeros are added for a convolution of stride 2: `'same'` as TensorFlow does, more at the end if their number is odd; `'symmetric'`
   * as PyTorch does. At stride 1 both are the same.
   */
  readonly padding: 'same' | 'symmetric';
  /** Number added to the variance in batch norms. */
  readonly epsilon: number;
}

const stemChannels = 32;
const headChannels = 1280;

/**
 * Builds the network, with layers named as in timm: `conv_stem`, `blocks.0.0.conv_dw` ... `blocks.6.0.bn3`, `conv_head`, `classifier`.
 *
 * @see Sandler et al. 2018, table 2. https://arxiv.org/abs/1801.04381
 */
export function invertedResiduals(config: InvertedResiduals, options: NetworkOptions): LayersModel {
  const images = imagesInput(config.name, 32, options);
  const padding = paddingOf(config, 3, 2);
  let x = convolve(images, stemChannels, 3, 'conv_stem', { stride: 2, padding, bias: false });
  x = relu6(batchNorm(config, x, 'bn1'), 'relu1');
  config.groups.forEach((group, stage) => {
    const block = group.expansion === 1 ? separableBlock : invertedBlock;
    for (let index = 0; index < group.depth; index++) {
      const stride = index === 0 ? group.stride : 1;
      x = block(config, x, { ...group, stride }, `blocks.${stage}.${index}`);
    }
  });
  x = convolve(x, headChannels, 1, 'conv_head', { bias: false });
  x = relu6(batchNorm(config, x, 'bn2'), 'relu2');
  if (options.classes === undefined) return network(config.name, images, x);
  x = globalAverage(x, 'global_pool');
  return network(config.name, images, linear(x, options.classes, 'classifier'));
}

/** An inverted residual block: expands the channels, mixes space, and projects to few channels, without an activation after that. */
function invertedBlock(
  config: InvertedResiduals,
  x: SymbolicTensor,
  { expansion, channels, stride, kernelSize }: BlockGroup,
  name: string,
): SymbolicTensor {
  const padding = paddingOf(config, kernelSize, stride);
  let y = convolve(x, expansion * x.shape[3]!, 1, `${name}.conv_pw`, { bias: false });
  y = relu6(batchNorm(config, y, `${name}.bn1`), `${name}.relu1`);
  y = depthwise(y, kernelSize, `${name}.conv_dw`, { stride, padding, bias: false });
  y = relu6(batchNorm(config, y, `${name}.bn2`), `${name}.relu2`);
  y = convolve(y, channels, 1, `${name}.conv_pwl`, { bias: false });
  return addInput(x, batchNorm(config, y, `${name}.bn3`), stride, name);
}

/** The block without an expansion: mixes space, and projects. */
function separableBlock(
  config: InvertedResiduals,
  x: SymbolicTensor,
  { channels, stride, kernelSize }: BlockGroup,
  name: string,
): SymbolicTensor {
  const padding = paddingOf(config, kernelSize, stride);
  let y = depthwise(x, kernelSize, `${name}.conv_dw`, { stride, padding, bias: false });
  y = relu6(batchNorm(config, y, `${name}.bn1`), `${name}.relu1`);
  y = convolve(y, channels, 1, `${name}.conv_pw`, { bias: false });
  return addInput(x, batchNorm(config, y, `${name}.bn2`), stride, name);
}

/** Adds a block's input to its output if both have the same shape. */
function addInput(
  x: SymbolicTensor,
  y: SymbolicTensor,
  stride: number,
  name: string,
): SymbolicTensor {
  if (stride !== 1 || x.shape[3] !== y.shape[3]) return y;
  return apply(layers.add({ name: `${name}.add` }), [y, x]);
}

function paddingOf(config: InvertedResiduals, kernelSize: number, stride: number) {
  return stride === 1 || config.padding === 'same' ? 'same' : (kernelSize - 1) / 2;
}

function batchNorm(
  { epsilon }: InvertedResiduals,
  x: SymbolicTensor,
  name: string,
): SymbolicTensor {
  return apply(new BatchNorm({ epsilon, name }), x);
}

/**
 * The outputs of the stem, of the last blocks before each halving, and of the head. The head's stage includes the blocks of its own
 * resolution.
 */
export function invertedResidualsTaps({ groups }: InvertedResiduals): Tap[] {
  let stride = 2;
  const taps: Tap[] = [{ stage: 'stem', layer: 'relu1', stride, channels: stemChannels }];
  groups.forEach((group, stage) => {
    stride *= group.stride;
    if (groups[stage + 1]?.stride !== 2) return;
    const { depth, channels } = group;
    const norm = group.expansion === 1 ? 'bn2' : 'bn3';
    const layer = `blocks.${stage}.${depth - 1}.${depth > 1 ? 'add' : norm}`;
    taps.push({ stage: `blocks.${stage}`, layer, stride, channels });
  });
  return [...taps, { stage: 'head', layer: 'relu2', stride, channels: headChannels }];
}
