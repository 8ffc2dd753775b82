import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';
import { axes, type Window, windowOf } from './convolution';

/** With fewer input channels than this, one product per offset of the window is too narrow to be fast. */
const fewChannels = 8;

const filterGradientOperator: Operator = {
  name: 'ConvFilterGradient',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const write = x.shape.at(-1)! < fewChannels ? asConvolution : asProducts;
    graph.place(node, write(graph, node));
  },
};

/**
 * The gradient of a convolution with respect to its filter.
 *
 * @param filterShape `[...kernelSize, C, K]`.
 */
export function convolutionFilterGradient(
  x: GraphNode,
  dy: GraphNode,
  window: Window,
  filterShape: Shape,
): GraphNode {
  return new GraphNode(filterGradientOperator, [x, dy], filterShape, 'float32', {
    ...window,
    group: 1,
  });
}

/** For each offset of the window, one product of `[C, pixels]` and `[pixels, K]` over the pixels that the offset covers. */
function asProducts(graph: Lowering, node: GraphNode): string {
  const [x, dy] = node.inputs as [GraphNode, GraphNode];
  const window = windowOf(node);
  const channels = x.shape.at(-1)!;
  const outputs = dy.shape.at(-1)!;
  const images = x.shape[0]!;
  const pixels = dy.size / outputs / images;
  // Channels first, each image gives one product, and these are added up. Joining the pixels of all images into one row
  // first is faster only if a product is larger than the images.
  const perImage =
    graph.isChannelsFirst(x) &&
    graph.isChannelsFirst(dy) &&
    channels * outputs < pixels * (channels + outputs);
  const padded = padSpace(
    graph,
    perImage ? graph.channelsFirst(x) : channelsOutermost(graph, x),
    window,
  );
  const gradient = perImage
    ? graph.reshape(graph.channelsFirst(dy), [images, outputs, pixels])
    : graph.reshape(graph.plain(dy), [images * pixels, outputs]);
  const products = offsets(window.kernelSize).map(offset => {
    const met = sliceSpace(graph, padded, offset, dy.shape, x.shape, window);
    if (!perImage)
      return graph.add('Gemm', [graph.reshape(met, [channels, images * pixels]), gradient]);
    const rows = graph.reshape(met, [images, channels, pixels]);
    const each = graph.addMicrosoft('FusedMatMul', [rows, gradient], { transB: 1 });
    return graph.add('ReduceSum', [each, graph.integers([0])], { keepdims: 0 });
  });
  const stacked = products.length === 1 ? products[0]! : graph.add('Concat', products, { axis: 0 });
  return graph.reshape(stacked, node.shape);
}

/** Transposes to `[C, N, ...space]`. From channels first, this is the cheapest transpose that the products can use. */
function channelsOutermost(graph: Lowering, x: GraphNode): string {
  if (!graph.isChannelsFirst(x)) {
    const perm = [x.rank - 1, ...axes(x.rank - 1)];
    return graph.add('Transpose', [graph.plain(x)], { perm });
  }
  const perm = [1, 0, ...axes(x.rank - 2).map(axis => axis + 2)];
  return graph.add('Transpose', [graph.channelsFirst(x)], { perm });
}

/** Convolves the input with the output's gradient, with channels and images exchanged. */
function asConvolution(graph: Lowering, node: GraphNode): string {
  const [x, dy] = node.inputs as [GraphNode, GraphNode];
  const { kernelSize, strides, dilations, before, after } = windowOf(node);
  const space = kernelSize.length;
  const swap = { perm: [space + 1, 0, ...axes(space).map(axis => axis + 1)] };
  const image = graph.add('Transpose', [graph.plain(x)], swap);
  const gradient = graph.add('Transpose', [graph.plain(dy)], swap);
  const product = graph.add('Conv', [image, gradient], {
    kernel_shape: dy.shape.slice(1, -1),
    strides: dilations,
    dilations: strides,
    pads: [...before, ...after],
    group: 1,
  });
  const cropped = cropOffsets(graph, product, kernelSize);
  return graph.add('Transpose', [cropped], { perm: [...axes(space).map(axis => axis + 2), 0, 1] });
}

/** Crops `[C, K, ...offsets]` to the offsets of the window. */
export function cropOffsets(graph: Lowering, value: string, kernelSize: readonly number[]): string {
  const spatial = graph.integers(axes(kernelSize.length).map(axis => axis + 2));
  const zeros = graph.integers(kernelSize.map(() => 0));
  return graph.add('Slice', [value, zeros, graph.integers(kernelSize), spatial]);
}

function padSpace(graph: Lowering, value: string, { before, after }: Window): string {
  if ([...before, ...after].every(length => length === 0)) return value;
  const pads = graph.integers([0, 0, ...before, 0, 0, ...after]);
  return graph.add('Pad', [value, pads]);
}

function sliceSpace(
  graph: Lowering,
  value: string,
  offset: readonly number[],
  outputShape: Shape,
  inputShape: Shape,
  { strides, dilations, before, after }: Window,
): string {
  const starts = offset.map((index, i) => index * dilations[i]!);
  const ends = starts.map((start, i) => start + (outputShape[i + 1]! - 1) * strides[i]! + 1);
  const whole = starts.every(
    (start, i) =>
      start === 0 && strides[i] === 1 && ends[i] === inputShape[i + 1]! + before[i]! + after[i]!,
  );
  if (whole) return value;
  const spatial = graph.integers(axes(offset.length).map(axis => axis + 2));
  const lists = [starts, ends].map(list => graph.integers(list));
  return graph.add('Slice', [value, ...lists, spatial, graph.integers(strides)]);
}

/** All offsets of a window; the last axis varies fastest. */
function offsets(kernelSize: readonly number[]): number[][] {
  return kernelSize.reduce<number[][]>(
    (lists, length) => lists.flatMap(list => axes(length).map(index => [...list, index])),
    [[]],
  );
}
