import { channelsFirstShape } from '../graph/lowering';
import { GraphNode, type Operator } from '../graph/node';

/** Per channel, the sum of products of two tensors. As many small matrix products it never writes the products down. */
const channelDotOperator: Operator = {
  name: 'ChannelDot',
  lower: (graph, node) => {
    const [a, b] = node.inputs as [GraphNode, GraphNode];
    const [images, channels, ...space] = channelsFirstShape(a.shape) as [number, number];
    const pixels = space.reduce((product, length) => product * length, 1);
    const rows = [a, b].map(x =>
      graph.reshape(graph.channelsFirst(x), [images * channels, 1, pixels]),
    );
    const dots = graph.addMicrosoft('FusedMatMul', rows, { transB: 1 });
    const perImage = graph.reshape(dots, [images, channels]);
    const sum = graph.add('ReduceSum', [perImage, graph.integers([0])], { keepdims: 0 });
    graph.place(node, sum);
  },
};

/**
 * @param a `[N, ...space, C]`, of rank at least 3.
 * @param b of the same shape.
 * @returns `[C]`.
 */
export function channelDot(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(channelDotOperator, [a, b], [a.shape.at(-1)!], 'float32');
}

/** All axes but the last. */
export function allButLast(rank: number): number[] {
  return Array.from({ length: rank - 1 }, (_, i) => i);
}
