import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphNode, Shape } from '../graph/node';
import {
  convolution,
  convolutionInputGradient,
  fits,
  neededAfter,
  type Window,
} from '../operators/convolution';
import { convolutionFilterGradient } from '../operators/filter-gradient';
import { averagePoolGradient, maxPoolGradient, type Pooling, pool } from '../operators/pooling';
import { sameShape } from '../operators/shape';
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

/**
 * The attributes of a convolution or pooling in ONNX; `undefined` if ONNX does not support such windows, or if they do not
 * match `dyShape`.
 */
function known(info: backend_util.Conv3DInfo, dyShape?: Shape) {
  const { padInfo, outShape } = info;
  const input = [info.inDepth, info.inHeight, info.inWidth];
  const output = [info.outDepth, info.outHeight, info.outWidth];
  const start = {
    kernelSize: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [padInfo.front, padInfo.top, padInfo.left],
  };
  const window: Window = { ...start, after: neededAfter(start, input, output) };
  const expected = dyShape === undefined || sameShape(outShape, dyShape);
  return expected && fits(window, input, output) ? { window, outShape } : undefined;
}

function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: VolumeAttrs,
  dyShape?: Shape,
) {
  const { strides, dilations = 1, pad } = attrs;
  const info = backend_util.computeConv3DInfo(
    inputShape as Shape5,
    filterShape as Shape5,
    strides,
    dilations,
    pad,
  );
  return known(info, dyShape);
}

function poolGeometry(inputShape: readonly number[], attrs: VolumePoolAttrs, dyShape?: Shape) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool3DInfo(
    inputShape as Shape5,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const found = known(info, dyShape);
  return found && !reachesPaddingAlone(found.window) ? found : undefined;
}

function pooling(type: Pooling): Translation {
  return ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    const x = inputs.x!;
    if (x.dtype !== 'float32') return undefined;
    const found = poolGeometry(x.shape, attrs);
    return found && pool(type, x, found.window, found.outShape);
  };
}

/** Kernels for convolution and pooling over three spatial axes. */
export const volumeKernels: Translations = {
  Conv3D: ({ inputs, attrs }: KernelCall<VolumeAttrs>) => {
    const found = geometry(inputs.x!.shape, inputs.filter!.shape, attrs);
    return found && convolution(inputs.x!, inputs.filter!, found.window, found.outShape);
  },
  Conv3DBackpropInputV2: ({
    inputs,
    attrs,
  }: KernelCall<VolumeAttrs & { inputShape: number[] }>) => {
    const { dy, filter } = inputs as Record<string, GraphNode>;
    const found = geometry(attrs.inputShape, filter!.shape, attrs, dy!.shape);
    return found && convolutionInputGradient(dy!, filter!, found.window, attrs.inputShape);
  },
  Conv3DBackpropFilterV2: ({
    inputs,
    attrs,
  }: KernelCall<VolumeAttrs & { filterShape: number[] }>) => {
    const { x, dy } = inputs as Record<string, GraphNode>;
    const found = geometry(x!.shape, attrs.filterShape, attrs, dy!.shape);
    return found && convolutionFilterGradient(x!, dy!, found.window, attrs.filterShape);
  },
  MaxPool3D: pooling('MaxPool'),
  AvgPool3D: pooling('AveragePool'),
  MaxPool3DGrad: ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    const { dy, input } = inputs as Record<string, GraphNode>;
    const found = poolGeometry(input!.shape, attrs, dy!.shape);
    return found && maxPoolGradient(dy!, input!, found.window);
  },
  AvgPool3DGrad: ({ inputs, attrs }: KernelCall<VolumePoolAttrs>) => {
    const { dy, input } = inputs as Record<string, GraphNode>;
    const found = poolGeometry(input!.shape, attrs, dy!.shape);
    return found && averagePoolGradient(dy!, input!.shape, found.window);
  },
};
