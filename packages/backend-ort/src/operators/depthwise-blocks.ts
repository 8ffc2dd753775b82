import type { Lowering } from '../graph/lowering';
import type { GraphNode, Shape } from '../graph/node';
import { type convolutionAttributes, flip, type Window } from './convolution';
import { cropOffsets } from './filter-gradient';

/** Attributes of ONNX's convolution. */
type OnnxAttributes = ReturnType<typeof convolutionAttributes>;

/**
 * Whether a depthwise convolution is computed with its channels in blocks. Filters that are part of the model are left to
 * ONNX Runtime, which then chooses the layout for a whole region.
 *
 * @param filter `[h, w, C, M]`.
 */
export function isInBlocks(graph: Lowering, filter: GraphNode): boolean {
  const [, , channels, multiplier] = filter.shape as [number, number, number, number];
  const { channelsInBlock } = graph;
  return (
    channelsInBlock !== undefined &&
    multiplier === 1 &&
    channels % channelsInBlock === 0 &&
    !graph.isBaked(filter)
  );
}

/** The convolution of channels in blocks. The result has the layout of `x`. */
export function convolveBlocks(graph: Lowering, node: GraphNode, attributes: OnnxAttributes): void {
  const [x, filter, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
  const weights = filterInBlocks(graph, graph.plain(filter), filter.shape);
  const inputs = [graph.blocked(x), weights, ...(bias ? [graph.plain(bias)] : [])];
  graph.placeBlocked(node, graph.addBlocked('Conv', inputs, attributes), x);
}

/** The gradient with respect to the input, as a convolution of the output's gradient with the flipped filter. */
export function convolveBackInBlocks(
  graph: Lowering,
  node: GraphNode,
  attributes: OnnxAttributes,
): void {
  const [dy, filter] = node.inputs as [GraphNode, GraphNode];
  const flipped = flip(graph, filter, attributes.kernel_shape);
  const weights = filterInBlocks(graph, flipped, filter.shape);
  graph.placeBlocked(node, graph.addBlocked('Conv', [graph.blocked(dy), weights], attributes), dy);
}

/**
 * The gradient with respect to the filter. In blocks, `[N, C, H, W]` and `[1, N * C, H, W]` are the same numbers in memory,
 * and so are `N` gradients of `C` channels and a filter of `N * C` channels. So one depthwise convolution gives the products
 * for each image, without moving any numbers.
 */
export function filterGradientInBlocks(graph: Lowering, node: GraphNode, window: Window): string {
  const [x, dy] = node.inputs as [GraphNode, GraphNode];
  const block = graph.channelsInBlock!;
  const [images, ...space] = x.shape.slice(0, -1) as [number, ...number[]];
  const offsets = dy.shape.slice(1, -1);
  const channels = x.shape.at(-1)!;
  const image = graph.reshape(graph.blocked(x), [1, images * channels, ...space]);
  const gradient = graph.reshape(graph.blocked(dy), [images * channels, 1, ...offsets]);
  const { kernelSize, strides, dilations, before, after } = window;
  const product = graph.addBlocked('Conv', [image, gradient], {
    kernel_shape: offsets,
    strides: dilations,
    dilations: strides,
    pads: [...before, ...after],
    group: images * channels,
  });
  const reached = space.map((length, i) => {
    const padded = length + before[i]! + after[i]!;
    return Math.floor((padded - (offsets[i]! - 1) * strides[i]! - 1) / dilations[i]!) + 1;
  });
  const perImage = graph.reshape(product, [images, channels / block, ...reached, block]);
  const cropped = cropOffsets(graph, perImage, kernelSize);
  const sum = graph.add('ReduceSum', [cropped, graph.integers([0])], { keepdims: 0 });
  const turned = graph.add('Transpose', [sum], { perm: [1, 2, 0, 3] });
  return graph.reshape(turned, [...kernelSize, channels, 1]);
}

/** `[h, w, C, 1]` to blocks of `[h, w]`, which ONNX Runtime takes for `[C, 1, h, w]`. */
function filterInBlocks(graph: Lowering, filter: string, shape: Shape): string {
  const [height, width, channels] = shape as [number, number, number];
  const block = graph.channelsInBlock!;
  const rows = graph.reshape(filter, [height * width, channels / block, block]);
  const turned = graph.add('Transpose', [rows], { perm: [1, 0, 2] });
  return graph.reshape(turned, [channels, 1, height, width]);
}
