import { channelsFirstShape } from '../graph/layout';
import type { Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';
import { cut, padTo, sumInStages } from './stages';

/**
 * Maximum number of products that one matrix product adds up. In WebAssembly it keeps only one or two running sums in
 * float32.
 */
const mostInProduct = 256;

/**
 * For each channel, the sum of products of two tensors. Many small matrix products are used, so that the products are never
 * stored.
 */
const channelDotOperator: Operator = {
  name: 'ChannelDot',
  lower: (graph, node) => {
    const [a, b] = node.inputs as [GraphNode, GraphNode];
    const [images, channels, ...space] = channelsFirstShape(a.shape) as [number, number];
    const pixels = space.reduce((product, length) => product * length, 1);
    const { parts, of } = cut(pixels, mostInProduct);
    const rows = [a, b].map(x => {
      const planes = graph.reshape(graph.channelsFirst(x), [images * channels, pixels]);
      const whole = padTo(graph, planes, [images * channels, pixels], 1, parts * of);
      return graph.reshape(whole, [images * channels * parts, 1, of]);
    });
    const dots = graph.addMicrosoft('FusedMatMul', rows, { transB: 1 });
    const shape = [images, channels, parts];
    const value = graph.reshape(dots, shape);
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

/** All axes except the last. */
export function allButLast(rank: number): number[] {
  return Array.from({ length: rank - 1 }, (_, i) => i);
}
