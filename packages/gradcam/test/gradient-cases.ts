import {
  avgPool,
  batchNorm,
  conv2d,
  depthwiseConv2d,
  image,
  reshape,
  stridedSlice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { formula } from './formula';

/** What the operations below are given. */
export const given = (): Tensor4D => formula([2, 6, 9, 3], 1, 4) as Tensor4D;

const filter = () => formula([3, 3, 3, 4], 2) as Tensor4D;
const depthwise = () => formula([3, 2, 3, 2], 3) as Tensor4D;
const statistics = () =>
  [tensor1d([0.1, -0.2, 0.3]), tensor1d([0.5, 1, 2])] as [Tensor1D, Tensor1D];

/** Linear operations whose gradients TensorFlow.js has not, or has wrong. */
export const operations: Record<string, (v: Tensor4D) => Tensor> = {
  'a dilated convolution': v => conv2d(v, filter(), 1, 'same', 'NHWC', 2),
  'a convolution dilated along one side, without padding': v =>
    conv2d(v, filter(), 1, 'valid', 'NHWC', [1, 3]),
  'a depthwise convolution whose dilations are null, as layers have it': v =>
    depthwiseConv2d(v, depthwise(), 1, 'same', 'NHWC', null as unknown as number),
  'a dilated depthwise convolution': v => depthwiseConv2d(v, depthwise(), 1, 'same', 'NHWC', 2),
  'bilinear resizing, up, not square': v => image.resizeBilinear(v, [11, 14]),
  'bilinear resizing, down': v => image.resizeBilinear(v, [4, 5]),
  'bilinear resizing, half-pixel centers': v => image.resizeBilinear(v, [12, 15], false, true),
  'bilinear resizing, corners aligned': v => image.resizeBilinear(v, [7, 19], true),
  'nearest neighbor': v => image.resizeNearestNeighbor(v, [12, 18]),
  'nearest neighbor, half-pixel centers': v => image.resizeNearestNeighbor(v, [13, 7], false, true),
  'a strided slice': v => stridedSlice(v, [0, 1, 0, 0], [2, 6, 9, 3], [1, 2, 3, 1]),
  'a strided slice backwards': v => stridedSlice(v, [1, 5, 8, 2], [0, 0, 0, 0], [-1, -2, -1, -1]),
  'average pooling with padding': v => avgPool(v, 3, 1, 'same'),
  'average pooling with padding and strides': v => avgPool(v, [2, 3], 2, 'same'),
  'average pooling with padding as a number': v => avgPool(v, 3, 2, 1),
  'average pooling without padding': v => avgPool(v, 2, 2, 'valid'),
  'batch norm': v => batchNorm(v, ...statistics(), tensor1d([1, 2, 3]), tensor1d([3, -1, 2])),
  'batch norm without a scale': v => batchNorm(v, ...statistics(), tensor1d([1, 2, 3])),
  'batch norm without an offset': v =>
    batchNorm(v, ...statistics(), undefined, tensor1d([3, -1, 2])),
  'batch norm of vectors without a scale': v =>
    batchNorm(reshape(v, [-1, 3]) as Tensor2D, ...statistics(), tensor1d([1, 2, 3])),
};
