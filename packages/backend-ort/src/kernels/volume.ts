import { backend_util } from '@tensorflow/tfjs-core';
import { convolution, convolutionInputGradient, type Window } from '../operators/convolution';
import { convolutionFilterGradient } from '../operators/filter-gradient';
import { averagePoolGradient, maxPoolGradient, type Pooling, pool } from '../operators/pooling';
import type { KernelCall, Translation, Translations } from './kernel';
import { reachesPaddingAlone } from './pooling';

type Triple = number | [number, number, number];
type Shape5 = [number, number, number, number, number];

interface VolumeAttrs {
  readonly strides: Triple;
  readonly pad: 'valid' | 'same';
  readonly dilations?: Triple;
}

interface VolumePoolAttrs {
  readonly filterSize: Triple;
  readonly strides: Triple;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function windowOf(info: backend_util.Conv3DInfo): Window {
  const { padInfo } = info;
  return {
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [padInfo.front, padInfo.top, padInfo.left],
    after: [padInfo.back, padInfo.bottom, padInfo.right],
  };
}

function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: VolumeAttrs,
) {
  const { strides, dilations = 1, pad } = attrs;
  const info = backend_util.computeConv3DInfo(
    inputShape as Shape5,
    filterShape as Shape5,
    strides,
    dilations,
    pad,
  );
  return { window: windowOf(info), outShape: info.outShape };
}

function poolGeometry(inputShape: readonly number[], attrs: VolumePoolAttrs) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool3DInfo(
    inputShape as Shape5,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return { window: windowOf(info), outShape: info.outShape };
}

function pooling(type: Pooling): Translation {
  return ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    const x = inputs.x!;
    if (x.dtype !== 'float32' || attrs.dimRoundingMode === 'ceil') return undefined;
    const { window, outShape } = poolGeometry(x.shape, attrs);
    if (reachesPaddingAlone(window)) return undefined;
    return pool(type, x, window, outShape);
  };
}

/** Convolution and pooling over three axes of space. */
export const volumeKernels: Translations = {
  Conv3D: ({ inputs, attrs }: KernelCall<VolumeAttrs>) => {
    const { window, outShape } = geometry(inputs.x!.shape, inputs.filter!.shape, attrs);
    return convolution(inputs.x!, inputs.filter!, window, outShape);
  },
  Conv3DBackpropInputV2: ({
    inputs,
    attrs,
  }: KernelCall<VolumeAttrs & { inputShape: number[] }>) => {
    const { window } = geometry(attrs.inputShape, inputs.filter!.shape, attrs);
    return convolutionInputGradient(inputs.dy!, inputs.filter!, window, attrs.inputShape);
  },
  Conv3DBackpropFilterV2: ({
    inputs,
    attrs,
  }: KernelCall<VolumeAttrs & { filterShape: number[] }>) => {
    const { window } = geometry(inputs.x!.shape, attrs.filterShape, attrs);
    return convolutionFilterGradient(inputs.x!, inputs.dy!, window, attrs.filterShape);
  },
  MaxPool3D: pooling('MaxPool'),
  AvgPool3D: pooling('AveragePool'),
  MaxPool3DGrad: ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    if (attrs.dimRoundingMode === 'ceil') return undefined;
    const { window } = poolGeometry(inputs.input!.shape, attrs);
    return maxPoolGradient(inputs.dy!, inputs.input!, window);
  },
  AvgPool3DGrad: ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    if (attrs.dimRoundingMode === 'ceil') return undefined;
    const { window } = poolGeometry(inputs.input!.shape, attrs);
    return averagePoolGradient(inputs.dy!, inputs.input!.shape, window);
  },
};
