import { type Attributes, elementTypes } from '@shroom/formats';
import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type NumericType, type Shape } from '../graph/node';
import { sameShape } from './shape';
import { withoutVanishing } from './vanishing';

const operators = new Map<string, Operator>();

/** An operator on single elements of inputs that broadcast. It runs in the layout of its inputs. */
function elementwiseOperator(type: string): Operator {
  let operator = operators.get(type);
  if (operator === undefined) {
    operator = {
      name: type,
      lower: (graph, node) => {
        const first = prefersChannelsFirst(graph, node);
        const inputs = node.inputs.map(input => operand(graph, input, node.rank, first));
        graph.place(
          node,
          graph.add(type, inputs, node.attributes),
          first ? 'channelsFirst' : 'plain',
        );
      },
    };
    operators.set(type, operator);
  }
  return operator;
}

/**
 * @param type Name of an elementwise ONNX operator.
 * @param dtype Dtype of the result. Default: that of the first input.
 */
export function elementwise(
  type: string,
  inputs: readonly GraphNode[],
  attributes: Attributes = {},
  dtype: NumericType = inputs[0]!.dtype,
): GraphNode {
  let { shape } = inputs[0]!;
  for (let i = 1; i < inputs.length; i++) shape = broadcast(shape, inputs[i]!.shape);
  const shorter = withoutVanishing(type, inputs, shape);
  if (shorter !== undefined) return shorter;
  return new GraphNode(
    elementwiseOperator(type),
    unexpanded(inputs, shape),
    shape,
    dtype,
    attributes,
  );
}

/**
 * Replaces expanded inputs by their originals if the operator broadcasts them to the same shape, so that no copies are
 * made.
 */
function unexpanded(inputs: readonly GraphNode[], shape: Shape): readonly GraphNode[] {
  if (!inputs.some(isSpread)) return inputs;
  const kept = [...inputs];
  kept.forEach((input, i) => {
    if (!isSpread(input)) return;
    const others = kept.map((other, j) => (i === j ? input.inputs[0]! : other).shape);
    if (sameShape(others.reduce(broadcast), shape)) kept[i] = input.inputs[0]!;
  });
  return kept;
}

function isSpread(x: GraphNode): boolean {
  return x.isTransparent && x.operator!.name.startsWith('Expand(');
}

const castOperator: Operator = {
  name: 'Cast',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const first = prefersChannelsFirst(graph, node);
    const value = first ? graph.channelsFirst(x) : graph.plain(x);
    const to = elementTypes[node.dtype];
    graph.place(node, graph.add('Cast', [value], { to }), first ? 'channelsFirst' : 'plain');
  },
};

/** Converts the numbers to another dtype. Returns the node itself if it has that dtype. */
export function cast(x: GraphNode, dtype: NumericType): GraphNode {
  return x.dtype === dtype ? x : new GraphNode(castOperator, [x], x.shape, dtype);
}

/** One value everywhere. It is stored as a scalar in the model, and operators broadcast it. */
export const fillOperator: Operator = {
  name: 'Fill',
  lower: (graph, node) => {
    const value = graph.scalar(fillValue(node), node.dtype);
    if (node.rank === 0) graph.place(node, value);
    else graph.place(node, graph.add('Expand', [value, graph.integers(node.shape)]));
  },
};

export function fill(value: number, shape: Shape, dtype: NumericType): GraphNode {
  return new GraphNode(fillOperator, [], shape, dtype, { value: { float: value } });
}

/** The value of a node made by {@link fill}. */
export function fillValue(node: GraphNode): number {
  return (node.attributes.value as { float: number }).float;
}

export function scalar(value: number, dtype: NumericType = 'float32'): GraphNode {
  return fill(value, [], dtype);
}

/**
 * Whether an input that determines the shape exists channels first, and no other input of full size exists only in tfjs's
 * layout.
 */
function prefersChannelsFirst(graph: Lowering, node: GraphNode): boolean {
  // Single numbers have no layout, and as scalars they would lose the rank of the result.
  if (node.rank < 3 || node.size === 1) return false;
  return node.inputs.some(
    input => input.rank === node.rank && input.size === node.size && graph.isChannelsFirst(input),
  );
}

/** The name of an input in a form that broadcasts against a result of the given rank and layout. */
function operand(graph: Lowering, input: GraphNode, rank: number, first: boolean): string {
  if (input.size === 1 && rank > 0 && input.rank <= 1) return graph.broadcasting(input);
  // A filled tensor broadcasts as a scalar, unless it determines the shape of the result.
  if (!first || input.size === 1) {
    if (input.rank <= rank && first && input.rank > 0) return graph.reshape(graph.plain(input), []);
    return graph.plain(input);
  }
  if (input.rank === rank) return graph.channelsFirst(input);
  const padded = [...Array<number>(rank - input.rank).fill(1), ...input.shape];
  const value = graph.reshape(graph.plain(input), padded);
  const channels = padded.at(-1)!;
  if (padded.slice(0, -1).every(length => length === 1)) {
    return graph.reshape(value, [1, channels, ...Array<number>(rank - 2).fill(1)]);
  }
  const perm = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  return graph.add('Transpose', [value], { perm });
}

/**
 * Shape of the result of an elementwise operator.
 *
 * @throws Error when two lengths differ and neither of them is 1.
 */
export function broadcast(a: Shape, b: Shape): Shape {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length < b.length) return broadcast(b, a);
  const missing = a.length - b.length;
  return a.map((length, i) => {
    const other = b[i - missing] ?? 1;
    if (length !== other && length !== 1 && other !== 1) {
      throw new Error(
        `Operands could not be broadcast together with shapes ${a} and ${b}: lengths must be equal or one of them 1.`,
      );
    }
    return length === 1 ? other : length;
  });
}
