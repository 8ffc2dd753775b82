import { channelsFirstShape } from '../graph/layout';
import type { Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';
import { add, multiply } from './arithmetic';
import { cut, sumInStages } from './stages';
import { vanishes } from './vanishing';

/**
 * Maximum number of products that one matrix product adds up. In WebAssembly it keeps only one or two running sums in
 * float32.
 */
const mostInProduct = 256;

/** Shorter matrix products take longer than the products of single numbers and a sum. */
const fewestInProduct = 128;

/**
 * For each channel, the sum of products of two tensors. Many small matrix products are used where they are faster, and then
 * the products are never stored.
 */
const channelDotOperator: Operator = {
  name: 'ChannelDot',
  lower: (graph, node) => {
    const [a, b] = node.inputs as [GraphNode, GraphNode];
    const [images, channels, ...space] = channelsFirstShape(a.shape) as [number, number];
    const pixels = space.reduce((product, length) => product * length, 1);
    const { parts, of } = cut(pixels, mostInProduct);
    const planes = [a, b].map(x => graph.channelsFirst(x));
    const short = of < fewestInProduct || parts * of !== pixels;
    const products = short
      ? graph.add('Mul', planes)
      : graph.addMicrosoft(
          'FusedMatMul',
          planes.map(plane => graph.reshape(plane, [images * channels * parts, 1, of])),
          { transB: 1 },
        );
    const shape = [images, channels, short ? pixels : parts];
    const value = graph.reshape(products, shape);
    const sum =
      sumInStages(graph, 'ReduceSum', value, shape, [0, 2], [channels]) ??
      graph.add('ReduceSum', [value, graph.integers([0, 2])], { keepdims: 0 });
    graph.place(node, sum);
  },
};

/**
 * @param a `[N, ...space, C]`, of rank at least 3.
 * @param b Same shape as `a`.
 * @returns `[C]`.
 */
export function channelDot(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(channelDotOperator, [a, b], [a.shape.at(-1)!], 'float32');
}

/** Ranks of the values that ONNX Runtime convolves. */
const convolvedRanks = [3, 4, 5];

const channelAffineOperator: Operator = {
  name: 'ChannelAffine',
  lower: (graph, node) => {
    const [x, factor, offset] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const channels = x.shape.at(-1)!;
    if (graph.isChannelsFirst(x)) {
      // A convolution with windows of one pixel passes over memory once, and so does an addition or a ReLU that follows:
      // ONNX Runtime makes them part of it.
      const kernelSize = x.shape.slice(1, -1).map(() => 1);
      const filter = graph.reshape(graph.plain(factor), [channels, 1, ...kernelSize]);
      const inputs = [graph.channelsFirst(x), filter];
      if (offset !== undefined) inputs.push(graph.plain(offset));
      const attributes = { kernel_shape: kernelSize, group: channels };
      graph.place(node, graph.add('Conv', inputs, attributes), 'channelsFirst');
      return;
    }
    const scaled = graph.add('Mul', [graph.plain(x), graph.plain(factor)]);
    const value = offset === undefined ? scaled : graph.add('Add', [scaled, graph.plain(offset)]);
    graph.place(node, value);
  },
};

/**
 * `x * factor + offset` for each channel.
 *
 * @param x `[N, ...space, C]`.
 * @param factor `[C]`.
 * @param offset `[C]`. Default: nothing is added.
 * @returns Same shape as `x`.
 */
export function channelAffine(x: GraphNode, factor: GraphNode, offset?: GraphNode): GraphNode {
  const perChannel = [factor, offset].every(
    part => part === undefined || (part.rank === 1 && part.size === x.shape.at(-1)),
  );
  if (!perChannel || !convolvedRanks.includes(x.rank) || vanishes(x)) {
    const scaled = multiply(x, factor);
    return offset === undefined ? scaled : add(scaled, offset);
  }
  const inputs = offset === undefined ? [x, factor] : [x, factor, offset];
  return new GraphNode(channelAffineOperator, inputs, x.shape, 'float32');
}

/** All axes except the last. */
export function allButLast(rank: number): number[] {
  return Array.from({ length: rank - 1 }, (_, i) => i);
}
