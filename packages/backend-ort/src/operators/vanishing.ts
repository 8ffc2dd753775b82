import type { Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';

/**
 * A gradient that is known to be zero. Unlike a tensor of zeros, it may be left out of sums and products, because it cannot
 * make any visible result NaN or infinite.
 */
const vanishingOperator: Operator = {
  name: 'Vanishing',
  lower: (graph, node) => {
    const zero = graph.scalar(0, node.dtype);
    graph.place(node, graph.add('Expand', [zero, graph.integers(node.shape)]));
  },
};

export function vanishing(shape: Shape): GraphNode {
  return new GraphNode(vanishingOperator, [], shape, 'float32');
}

export function vanishes(x: GraphNode): boolean {
  return x.operator === vanishingOperator;
}

/**
 * Simplifies an elementwise operator if some of its inputs are known to be zero; `undefined` if nothing can be simplified.
 */
export function withoutVanishing(
  type: string,
  inputs: readonly GraphNode[],
  shape: Shape,
): GraphNode | undefined {
  if (!inputs.some(vanishes)) return undefined;
  const [a, b] = inputs as [GraphNode, GraphNode?];
  if (type === 'Mul' || type === 'Neg' || (type === 'Div' && vanishes(a))) return vanishing(shape);
  if (b === undefined || (type !== 'Add' && type !== 'Sub')) return undefined;
  if (vanishes(a) && vanishes(b)) return vanishing(shape);
  const rest = vanishes(b) ? a : b;
  const whole = rest.rank === shape.length && rest.shape.every((length, i) => length === shape[i]);
  return whole && (type === 'Add' || vanishes(b)) ? rest : undefined;
}
