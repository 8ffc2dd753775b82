import { type Attributes, elementTypes } from '@shroom/formats';
import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type NumericType, type Shape } from '../graph/node';
import { sameShape } from './shape';
import { withoutVanishing } from './vanishing';

const operators = new Map<string, Operator>();

/** An operator that works on each element alone, of inputs that broadcast. It runs in whichever layout its inputs have. */
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
 * @param type name of an elementwise ONNX operator.
 * @param dtype of the result; default that of the first input.
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

/** Broadcast copies are not made where the operator broadcasts to the same shape without them. */
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

/** The same numbers in another dtype; the node itself when it has that already. */
export function cast(x: GraphNode, dtype: NumericType): GraphNode {
  return x.dtype === dtype ? x : new GraphNode(castOperator, [x], x.shape, dtype);
}

/** One value everywhere. Kept as a scalar inside the model, where broadcasting does the rest. */
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

/** Whether some input that determines the shape is channels first and no other full-size one is made plain. */
function prefersChannelsFirst(graph: Lowering, node: GraphNode): boolean {
  // Of single numbers there is no order, and as scalars they would lose the rank of the result.
  if (node.rank < 3 || node.size === 1) return false;
  return node.inputs.some(
    input => input.rank === node.rank && input.size === node.size && graph.isChannelsFirst(input),
  );
}

/** An input as it broadcasts against a result of the given rank and layout. */
function operand(graph: Lowering, input: GraphNode, rank: number, first: boolean): string {
  if (input.size === 1 && rank > 0 && input.rank <= 1) return graph.broadcasting(input);
  // A filled tensor broadcasts as a scalar, unless it is what gives the result its shape.
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
 * @throws Error when two lengths differ and neither is one.
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
