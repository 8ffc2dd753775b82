import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm';
import {
  apply,
  type ConvolutionOptions,
  convolve,
  globalAverage,
  imagesInput,
  linear,
  maxPool,
  type NetworkOptions,
  network,
  pad,
  relu,
} from '../network';
import type { Tap } from '../tap';
import {
  type Branch,
  type BranchConvolution,
  type InceptionBlock,
  inceptionBlocks,
} from './variants';

/**
 * Builds Inception v3 with layers named as in torchvision: `Conv2d_1a_3x3.conv` ... `Mixed_7c.branch_pool.conv`, `Mixed_7c`, `fc`. Dropout
 * and the auxiliary classifier, which are used only in training, are left out.
 *
 * The network maps images `[N, H, W, 3]` to the feature map `[N, h, w, 2048]` (8 x 8 for 299 x 299), or to logits `[N, classes]`.
 *
 * @example
 * ```ts
 * const network = inceptionV3({ inputSize: [299, 299] });
 * console.log(network.outputs[0]!.shape); // [null, 8, 8, 2048]
 * network.dispose();
 * ```
 */
export function inceptionV3(options: NetworkOptions = {}): LayersModel {
  const images = imagesInput('inception_v3', 75, options);
  let x = convolveNormed(images, 32, 3, 'Conv2d_1a_3x3', { stride: 2 });
  x = convolveNormed(x, 32, 3, 'Conv2d_2a_3x3');
  x = convolveNormed(x, 64, 3, 'Conv2d_2b_3x3', { padding: 1 });
  x = maxPool(x, 'maxpool1');
  x = convolveNormed(x, 80, 1, 'Conv2d_3b_1x1');
  x = convolveNormed(x, 192, 3, 'Conv2d_4a_3x3');
  x = maxPool(x, 'maxpool2');
  for (const block of inceptionBlocks) x = inceptionBlock(x, block);
  if (options.classes === undefined) return network('inception_v3', images, x);
  return network(
    'inception_v3',
    images,
    linear(globalAverage(x, 'avgpool'), options.classes, 'fc'),
  );
}

/** All branches read the same map; their outputs are concatenated along the channels. */
function inceptionBlock(x: SymbolicTensor, { name, branches }: InceptionBlock): SymbolicTensor {
  return concatenate(
    branches.map(branch => inceptionBranch(x, branch, name)),
    name,
  );
}

function inceptionBranch(x: SymbolicTensor, branch: Branch, block: string): SymbolicTensor {
  const next = (
    y: SymbolicTensor,
    { name, filters, kernelSize, stride, padding }: BranchConvolution,
  ) => convolveNormed(y, filters, kernelSize, `${block}.${name}`, { stride, padding });
  const start = pool(x, branch.pool, block);
  if (!branch.fork) return branch.convolutions.reduce(next, start);
  const y = branch.convolutions.slice(0, -2).reduce(next, start);
  const ends = branch.convolutions.slice(-2);
  return concatenate(
    ends.map(convolution => next(y, convolution)),
    `${block}.${ends[0]!.name.slice(0, -1)}`,
  );
}

function pool(x: SymbolicTensor, kind: Branch['pool'], block: string): SymbolicTensor {
  if (kind === 'none') return x;
  if (kind === 'max') return maxPool(x, `${block}.maxpool`);
  // PyTorch's average includes the zeros of the padding, so the zeros are added before pooling without padding.
  const average = layers.averagePooling2d({ poolSize: 3, strides: 1, name: `${block}.avgpool` });
  return apply(average, pad(x, 1, `${block}.avgpool.pad`));
}

function convolveNormed(
  x: SymbolicTensor,
  filters: number,
  kernelSize: number | readonly [number, number],
  name: string,
  move: Pick<ConvolutionOptions, 'stride' | 'padding'> = {},
): SymbolicTensor {
  const y = convolve(x, filters, kernelSize, `${name}.conv`, { ...move, bias: false });
  return relu(apply(new BatchNorm({ epsilon: 1e-3, name: `${name}.bn` }), y), `${name}.relu`);
}

function concatenate(maps: SymbolicTensor[], name: string): SymbolicTensor {
  return apply(layers.concatenate({ axis: -1, name }), maps);
}

/**
 * The outputs of the stem and of the three groups of blocks.
 *
 * @example
 * ```ts
 * inceptionTaps.map(({ layer }) => layer); // ['maxpool2', 'Mixed_5d', 'Mixed_6e', 'Mixed_7c']
 * ```
 */
export const inceptionTaps: readonly Tap[] = [
  { stage: 'stem', layer: 'maxpool2', stride: 8, channels: 192 },
  { stage: 'Mixed_5', layer: 'Mixed_5d', stride: 8, channels: 288 },
  { stage: 'Mixed_6', layer: 'Mixed_6e', stride: 16, channels: 768 },
  { stage: 'Mixed_7', layer: 'Mixed_7c', stride: 32, channels: 2048 },
];
