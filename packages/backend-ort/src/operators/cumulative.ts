import { elementTypes } from '@shroom/formats';
import type { Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';

/** Floats are added up in float64: a running sum in float32 loses digits of what is added to it. */
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
 * The sums of all numbers up to each one along an axis.
 *
 * @param exclusive leaves the number itself out.
 * @param reverse begins at the end.
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
