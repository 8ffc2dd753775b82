import { type KernelCase, positive, some, unary } from './kernel-input';

const windows = { strides: [2, 2], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
const pooling = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };
const fused = { ...windows, activation: 'relu', leakyreluAlpha: 0 };
const volume = { strides: [1, 1, 1], pad: 'same', dataFormat: 'NDHWC', dilations: [1, 1, 1] };
const volumePooling = {
  filterSize: [2, 2, 2],
  strides: [2, 2, 2],
  pad: 'valid',
  dataFormat: 'NDHWC',
};
// The gradients of `cpu` mix up the images of a batch, and height and width: they get one square image.
const resized = { alignCorners: false, halfPixelCenters: false };

/** Kernels of images and volumes: convolutions, pooling, resizing, and what rearranges places. */
export const windowCases: Readonly<Record<string, KernelCase>> = {
  AvgPool: unary(pooling, some(2, 4, 6, 3)),
  AvgPool3D: unary(volumePooling, some(1, 4, 4, 2, 3)),
  AvgPool3DGrad: {
    inputs: { dy: some(1, 2, 2, 1, 3), input: some(1, 4, 4, 2, 3) },
    attrs: volumePooling,
  },
  AvgPoolGrad: { inputs: { dy: some(2, 2, 3, 3), input: some(2, 4, 6, 3) }, attrs: pooling },
  BatchToSpaceND: unary(
    {
      blockShape: [2, 2],
      crops: [
        [0, 1],
        [1, 0],
      ],
    },
    some(8, 2, 3, 2),
  ),
  Conv2D: { inputs: { x: some(2, 5, 6, 3), filter: some(3, 3, 3, 4) }, attrs: windows },
  Conv2DBackpropFilter: {
    inputs: { x: some(2, 5, 6, 3), dy: some(2, 3, 3, 4) },
    attrs: { ...windows, filterShape: [3, 3, 3, 4] },
  },
  Conv2DBackpropInput: {
    inputs: { dy: some(2, 3, 3, 4), filter: some(3, 3, 3, 4) },
    attrs: { ...windows, inputShape: [2, 5, 6, 3] },
  },
  Conv3D: { inputs: { x: some(1, 3, 4, 4, 2), filter: some(2, 2, 2, 2, 3) }, attrs: volume },
  Conv3DBackpropFilterV2: {
    inputs: { x: some(1, 3, 4, 4, 2), dy: some(1, 3, 4, 4, 3) },
    attrs: { ...volume, filterShape: [2, 2, 2, 2, 3] },
  },
  Conv3DBackpropInputV2: {
    inputs: { dy: some(1, 3, 4, 4, 3), filter: some(2, 2, 2, 2, 3) },
    attrs: { ...volume, inputShape: [1, 3, 4, 4, 2] },
  },
  DepthToSpace: unary({ blockSize: 2, dataFormat: 'NHWC' }, some(2, 2, 3, 8)),
  DepthwiseConv2dNative: {
    inputs: { x: some(2, 5, 6, 3), filter: some(3, 3, 3, 2) },
    attrs: windows,
  },
  DepthwiseConv2dNativeBackpropFilter: {
    inputs: { x: some(2, 5, 6, 3), dy: some(2, 3, 3, 6) },
    attrs: { ...windows, filterShape: [3, 3, 3, 2] },
  },
  DepthwiseConv2dNativeBackpropInput: {
    inputs: { dy: some(2, 3, 3, 6), filter: some(3, 3, 3, 2) },
    attrs: { ...windows, inputShape: [2, 5, 6, 3] },
  },
  FusedBatchNorm: {
    inputs: {
      x: some(2, 3, 4, 5),
      mean: some(5),
      variance: positive(5),
      offset: some(5),
      scale: some(5),
    },
    attrs: { varianceEpsilon: 1e-3 },
  },
  FusedConv2D: {
    inputs: { x: some(2, 5, 6, 3), filter: some(3, 3, 3, 4), bias: some(4) },
    attrs: fused,
  },
  FusedDepthwiseConv2D: {
    inputs: { x: some(2, 5, 6, 3), filter: some(3, 3, 3, 2), bias: some(6) },
    attrs: fused,
  },
  MaxPool: unary(pooling, some(2, 4, 6, 3)),
  MaxPool3D: unary(volumePooling, some(1, 4, 4, 2, 3)),
  MaxPool3DGrad: {
    inputs: { dy: some(1, 2, 2, 1, 3), input: some(1, 4, 4, 2, 3), output: some(1, 2, 2, 1, 3) },
    attrs: volumePooling,
  },
  MaxPoolGrad: {
    inputs: { dy: some(2, 2, 3, 3), input: some(2, 4, 6, 3), output: some(2, 2, 3, 3) },
    attrs: pooling,
  },
  ResizeBilinear: { inputs: { images: some(2, 3, 4, 2) }, attrs: { ...resized, size: [5, 3] } },
  ResizeBilinearGrad: {
    inputs: { images: some(1, 4, 4, 2), dy: some(1, 6, 6, 2) },
    attrs: resized,
  },
  ResizeNearestNeighbor: {
    inputs: { images: some(2, 3, 4, 2) },
    attrs: { ...resized, size: [5, 3] },
  },
  ResizeNearestNeighborGrad: {
    inputs: { images: some(1, 4, 4, 2), dy: some(1, 6, 6, 2) },
    attrs: resized,
  },
  SpaceToBatchND: unary(
    {
      blockShape: [2, 2],
      paddings: [
        [0, 1],
        [1, 0],
      ],
    },
    some(2, 3, 5, 2),
  ),
};
