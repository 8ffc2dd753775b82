import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphNode } from '../graph/node';
import { convolution, convolutionInputGradient, type Window } from '../operators/convolution';
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from '../operators/depthwise';
import { convolutionFilterGradient } from '../operators/filter-gradient';
import { withoutPadding } from '../operators/padding';
import { sameShape, transpose } from '../operators/shape';
import { activate } from './arithmetic';
import { add } from './elementwise';
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

/** Geometry and shapes of a convolution in two axes, channels last. */
function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvolutionAttrs,
  perChannel = false,
) {
  const { strides, dimRoundingMode } = attrs;
  const dilations = attrs.dilations ?? 1;
  const pad = channelsLastPadding(attrs);
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    perChannel,
  );
  return { window: windowOf(info), outShape: info.outShape };
}

/** Explicit padding is given in the order of the axes. */
function channelsLastPadding({ pad, dataFormat }: ConvolutionAttrs): Padding {
  if (!Array.isArray(pad) || dataFormat !== 'NCHW') return pad;
  return [pad[0], pad[2], pad[3], pad[1]] as backend_util.ExplicitPadding;
}

/** What tfjs computes about a convolution or a pooling, as lists over the axes of space. */
export function windowOf(info: backend_util.Conv2DInfo): Window {
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
    after: reachEnd(info),
  };
}

/** Rounding up makes the last window reach past the padding: ONNX is told the padding that it takes. */
function reachEnd(info: backend_util.Conv2DInfo): [number, number] {
  const { padInfo, outHeight, outWidth, inHeight, inWidth } = info;
  const needed = (
    out: number,
    stride: number,
    kernel: number,
    dilation: number,
    size: number,
    before: number,
  ) => (out - 1) * stride + (kernel - 1) * dilation + 1 - size - before;
  const rows = needed(
    outHeight,
    info.strideHeight,
    info.filterHeight,
    info.dilationHeight,
    inHeight,
    padInfo.top,
  );
  const columns = needed(
    outWidth,
    info.strideWidth,
    info.filterWidth,
    info.dilationWidth,
    inWidth,
    padInfo.left,
  );
  return [Math.max(padInfo.bottom, rows), Math.max(padInfo.right, columns)];
}

function conv2d(
  x: GraphNode,
  filter: GraphNode,
  attrs: ConvolutionAttrs,
  bias?: GraphNode,
): GraphNode {
  if (attrs.dataFormat === 'NCHW') {
    const last = { ...attrs, pad: channelsLastPadding(attrs), dataFormat: 'NHWC' } as const;
    return toFirst(conv2d(toLast(x), filter, last, bias));
  }
  const { window, outShape } = geometry(x.shape, filter.shape, attrs);
  const seen = withoutPadding(x, window);
  return convolution(seen.x, filter, seen.window, outShape, bias);
}

function depthwise2d(
  x: GraphNode,
  filter: GraphNode,
  attrs: ConvolutionAttrs,
  bias?: GraphNode,
): GraphNode {
  const { window, outShape } = geometry(x.shape, filter.shape, attrs, true);
  const seen = withoutPadding(x, window);
  return depthwise(seen.x, filter, seen.window, outShape, bias);
}

/** A convolution, its bias and its activation; a bias of one number per channel goes into the convolution. */
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
    const { window, outShape } = geometry(inputShape, filter.shape, attrs);
    if (!sameShape(outShape, dy.shape)) return undefined;
    const dx = convolutionInputGradient(dy, filter, window, inputShape);
    return nchw ? toFirst(dx) : dx;
  },
  Conv2DBackpropFilter: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { filterShape: number[] }>) => {
    const nchw = attrs.dataFormat === 'NCHW';
    const x = nchw ? toLast(inputs.x!) : inputs.x!;
    const dy = nchw ? toLast(inputs.dy!) : inputs.dy!;
    const { window } = geometry(x.shape, attrs.filterShape, attrs);
    const seen = withoutPadding(x, window);
    return convolutionFilterGradient(seen.x, dy, seen.window, attrs.filterShape);
  },
  DepthwiseConv2dNativeBackpropInput: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { inputShape: number[] }>) => {
    const filter = inputs.filter!;
    const { window } = geometry(attrs.inputShape, filter.shape, attrs, true);
    return depthwiseInputGradient(inputs.dy!, filter, window, attrs.inputShape);
  },
  DepthwiseConv2dNativeBackpropFilter: ({
    inputs,
    attrs,
  }: KernelCall<ConvolutionAttrs & { filterShape: number[] }>) => {
    const x = inputs.x!;
    const { window } = geometry(x.shape, attrs.filterShape, attrs, true);
    const seen = withoutPadding(x, window);
    return depthwiseFilterGradient(seen.x, inputs.dy!, seen.window, attrs.filterShape);
  },
};
