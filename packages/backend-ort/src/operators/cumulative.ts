import { elementTypes } from '@shroom/formats';
import type { Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';

/** Adds up floats in float64, because a running sum in float32 loses digits of the numbers that are added. */
const cumulativeOperator: Operator = {
  name: 'CumSum',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const { axis, exclusive, reverse } = node.attributes as Record<string, number>;
    const isFloat = x.dtype === 'float32';
    const input = isFloat
      ? graph.add('Cast', [graph.plain(x)], { to: elementTypes.float64 })
      : graph.plain(x);
    const attributes = { exclusive: exclusive!, reverse: reverse! };
    const sums = graph.add('CumSum', [input, graph.scalar(axis!, 'int32')], attributes);
    graph.place(node, isFloat ? graph.add('Cast', [sums], { to: elementTypes.float32 }) : sums);
  },
};

/**
 * Cumulative sums along an axis.
 *
 * @param exclusive Excludes the number itself from its sum.
 * @param reverse Begins at the end.
 */
export function cumulative(
  x: GraphNode,
  axis: number,
  exclusive: boolean,
  reverse: boolean,
): GraphNode {
  return new GraphNode(cumulativeOperator, [x], x.shape, x.dtype, {
    axis,
    exclusive: exclusive ? 1 : 0,
    reverse: reverse ? 1 : 0,
  });
}
