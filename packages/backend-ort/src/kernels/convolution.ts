import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphNode, Shape } from '../graph/node';
import { add } from '../operators/arithmetic';
import {
  convolution,
  convolutionInputGradient,
  fits,
  neededAfter,
  type Window,
} from '../operators/convolution';
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from '../operators/depthwise';
import { convolutionFilterGradient } from '../operators/filter-gradient';
import { withoutPadding } from '../operators/padding';
import { sameShape, transpose } from '../operators/shape';
import { activate } from './arithmetic';
import type { KernelCall, Translations } from './kernel';

type Padding = 'valid' | 'same' | number | backend_util.ExplicitPadding;
type Pair = number | [number, number];

interface ConvolutionAttrs {
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: Pair;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface FusedAttrs extends ConvolutionAttrs {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

type Shape4 = [number, number, number, number];

const toLast = (x: GraphNode): GraphNode => transpose(x, [0, 2, 3, 1]);
const toFirst = (x: GraphNode): GraphNode => transpose(x, [0, 3, 1, 2]);

/**
 * Geometry of a convolution in two axes, channels last.
 *
 * @param dyShape Shape of the output's gradient, for gradient kernels, because tfjs does not pass them the rounding of the
 *   forward pass.
 * @returns `undefined` if ONNX does not support such windows.
 */
function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvolutionAttrs,
  options: { readonly perChannel?: boolean; readonly dyShape?: Shape } = {},
) {
  const { strides, dimRoundingMode } = attrs;
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    attrs.dilations ?? 1,
    channelsLastPadding(attrs),
    dimRoundingMode,
    options.perChannel ?? false,
  );
  const { outShape } = info;
  const window = windowOf(info);
  const expected = options.dyShape === undefined || sameShape(outShape, options.dyShape);
  const fitting = expected && fits(window, inputShape.slice(1, -1), outShape.slice(1, -1));
  return fitting ? { window, outShape } : undefined;
}

/** Explicit padding, which is given in the order of the axes. */
function channelsLastPadding({ pad, dataFormat }: ConvolutionAttrs): Padding {
  if (!Array.isArray(pad) || dataFormat !== 'NCHW') return pad;
  return [pad[0], pad[2], pad[3], pad[1]] as backend_util.ExplicitPadding;
}

/** The window of a convolution or pooling, as lists over the spatial axes, from tfjs's description. */
export function windowOf(info: backend_util.Conv2DInfo): Window {
  const window = {
    kernelSize: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
  };
  const after = neededAfter(window, [info.inHeight, info.inWidth], [info.outHeight, info.outWidth]);
  return { ...window, after };
}

function conv2d(
  x: GraphNode,
  filter: GraphNode,
  attrs: ConvolutionAttrs,
  bias?: GraphNode,
): GraphNode | undefined {
  if (attrs.dataFormat === 'NCHW') {
    const last = { ...attrs, pad: channelsLastPadding(attrs), dataFormat: 'NHWC' } as const;
    const y = conv2d(toLast(x), filter, last, bias);
    return y && toFirst(y);
  }
  const known = geometry(x.shape, filter.shape, attrs);
  if (known === undefined) return undefined;
  const seen = withoutPadding(x, known.window);
  return convolution(seen.x, filter, seen.window, known.outShape, bias);
}

function depthwise2d(
  x: GraphNode,
  filter: GraphNode,
  attrs: ConvolutionAttrs,
  bias?: GraphNode,
): GraphNode | undefined {
  const known = geometry(x.shape, filter.shape, attrs, { perChannel: true });
  if (known === undefined) return undefined;
  const seen = withoutPadding(x, known.window);
  return depthwise(seen.x, filter, seen.window, known.outShape, bias);
}

/** A convolution with bias and activation. A bias with one number per channel becomes part of the convolution. */
function fused(
  build: typeof conv2d,
  { inputs, attrs }: KernelCall<FusedAttrs>,
): GraphNode | undefined {
  const { bias, preluActivationWeights: weights } = inputs;
  const x = inputs.x!;
  const filter = inputs.filter!;
  if (attrs.dataFormat === 'NCHW' && (weights !== undefined || bias !== undefined))
    return undefined;
  const channels = build === conv2d ? filter.shape[3] : filter.shape[2]! * filter.shape[3]!;
  const perChannel = bias !== undefined && bias.rank === 1 && bias.size === channels;
  let y = build(x, filter, attrs, perChannel ? bias : undefined);
  if (y === undefined) return undefined;
  if (bias !== undefined && !perChannel) y = add(y, bias);
  return activate(y, attrs.activation, attrs, weights);
}

const floats = ({ inputs }: KernelCall): boolean =>
  Object.values(inputs).every(input => input.dtype === 'float32');

export const convolutionKernels: Translations = {
  Conv2D: ({ inputs, attrs }: KernelCall<ConvolutionAttrs>) =>
    floats({ inputs } as KernelCall) ? conv2d(inputs.x!, inputs.filter!, attrs) : undefined,
  FusedConv2D: (call: KernelCall<FusedAttrs>) => fused(conv2d, call),
  DepthwiseConv2dNative: ({ inputs, attrs }: KernelCall<ConvolutionAttrs>) => {
    if (attrs.dataFormat === 'NCHW' || !floats({ inputs } as KernelCall)) return undefined;
    return depthwise2d(inputs.x!, inputs.filter!, attrs);
  },
  FusedDepthwiseConv2D: (call: KernelCall<FusedAttrs>) => fused(depthwise2d, call),
  Conv2DBackpropInput: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { inputShape: number[] }>) => {
    const filter = inputs.filter!;
    const nchw = attrs.dataFormat === 'NCHW';
    const [n, a, b, c] = attrs.inputShape as Shape4;
    const inputShape: Shape4 = nchw ? [n, b, c, a] : [n, a, b, c];
    const dy = nchw ? toLast(inputs.dy!) : inputs.dy!;
    const known = geometry(inputShape, filter.shape, attrs, { dyShape: dy.shape });
    if (known === undefined) return undefined;
    const dx = convolutionInputGradient(dy, filter, known.window, inputShape);
    return nchw ? toFirst(dx) : dx;
  },
  Conv2DBackpropFilter: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { filterShape: number[] }>) => {
    const nchw = attrs.dataFormat === 'NCHW';
    const x = nchw ? toLast(inputs.x!) : inputs.x!;
    const dy = nchw ? toLast(inputs.dy!) : inputs.dy!;
    const known = geometry(x.shape, attrs.filterShape, attrs, { dyShape: dy.shape });
    if (known === undefined) return undefined;
    const seen = withoutPadding(x, known.window);
    return convolutionFilterGradient(seen.x, dy, seen.window, attrs.filterShape);
  },
  DepthwiseConv2dNativeBackpropInput: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { inputShape: number[] }>) => {
    const filter = inputs.filter!;
    const options = { perChannel: true, dyShape: inputs.dy!.shape };
    const known = geometry(attrs.inputShape, filter.shape, attrs, options);
    return known && depthwiseInputGradient(inputs.dy!, filter, known.window, attrs.inputShape);
  },
  DepthwiseConv2dNativeBackpropFilter: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { filterShape: number[] }>) => {
    const x = inputs.x!;
    const options = { perChannel: true, dyShape: inputs.dy!.shape };
    const known = geometry(x.shape, attrs.filterShape, attrs, options);
    if (known === undefined) return undefined;
    const seen = withoutPadding(x, known.window);
    return depthwiseFilterGradient(seen.x, inputs.dy!, seen.window, attrs.filterShape);
  },
};
