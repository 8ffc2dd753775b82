import { elementTypes } from '@shroom/formats';
import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';
import { broadcast } from './elementwise';

/** 2^32; a 32-bit integer is a number modulo this. */
const range = 2 ** 32;

/**
 * The lowest 32 bits of 64-bit integers. ONNX Runtime would merge two consecutive casts into one, which turns numbers that
 * do not fit into the smallest integer.
 */
function lastBits(graph: Lowering, wide: string): string {
  const bits = graph.add('BitwiseAnd', [wide, graph.scalar(range - 1, 'int64')]);
  return graph.add('Cast', [bits], { to: elementTypes.int32 });
}

/** From this number on, all float32 numbers are multiples of 2^32. */
const beyond = 2 ** 63;

/** Truncates floats towards zero and returns the lowest 32 bits; 0 for NaN and infinities. */
function cutOff(graph: Lowering, x: string, type: 'float32' | 'float64'): string {
  // Comparisons with NaN are false.
  const size = graph.add('Abs', [x]);
  const inside = graph.add('Less', [size, graph.scalar(beyond, type)]);
  const fitting = graph.add('Where', [inside, x, graph.scalar(0, type)]);
  return lastBits(graph, graph.add('Cast', [fitting], { to: elementTypes.int64 }));
}

const toIntegerOperator: Operator = {
  name: 'ToInteger',
  lower: (graph, node) => graph.place(node, cutOff(graph, graph.plain(node.inputs[0]!), 'float32')),
};

const floorDivisionOperator: Operator = {
  name: 'FloorDivision',
  lower: (graph, node) => {
    // In float32, 1 / 0.1 would be 10, although the float32 number 0.1 is slightly more than a tenth.
    const quotient = graph.add('Floor', [graph.add('Div', inFloat64(graph, node))]);
    // Float64 numbers far beyond 64 bits need not be multiples of 2^32.
    const rest = graph.add('Mod', [quotient, graph.scalar(range, 'float64')], { fmod: 1 });
    graph.place(node, cutOff(graph, rest, 'float64'));
  },
};

/**
 * Truncates floats towards zero. If the result does not fit, its lowest 32 bits are used; NaN and infinities become 0, as
 * in JavaScript.
 */
export function toInteger(x: GraphNode): GraphNode {
  return new GraphNode(toIntegerOperator, [x], x.shape, 'int32');
}

/** The inputs of a node in float64, in which JavaScript computes. */
function inFloat64(graph: Lowering, node: GraphNode): string[] {
  const to = elementTypes.float64;
  return node.inputs.map(x => graph.add('Cast', [graph.plain(x)], { to }));
}

/** An operator on integers that computes in float64 and keeps the lowest 32 bits. */
function integerOperator(
  name: string,
  compute: (graph: Lowering, values: readonly string[]) => string,
): Operator {
  return {
    name,
    lower: (graph, node) => {
      const value = compute(graph, inFloat64(graph, node));
      // The remainder modulo 2^32 fits into 64 bits.
      const rest = graph.add('Mod', [value, graph.scalar(range, 'float64')], { fmod: 1 });
      graph.place(node, lastBits(graph, graph.add('Cast', [rest], { to: elementTypes.int64 })));
    },
  };
}

const productOperator = integerOperator('IntegerProduct', (graph, values) =>
  graph.add('Mul', values),
);

const squaredDifferenceOperator = integerOperator('IntegerSquaredDifference', (graph, values) => {
  const difference = graph.add('Sub', values);
  return graph.add('Mul', [difference, difference]);
});

const sumOperator: Operator = {
  name: 'IntegerSum',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const axes = graph.integers(node.attributes.axes as readonly number[]);
    const wide = graph.add('Cast', [graph.plain(x)], { to: elementTypes.int64 });
    const keepdims = node.rank === x.rank ? 1 : 0;
    graph.place(node, lastBits(graph, graph.add('ReduceSum', [wide, axes], { keepdims })));
  },
};

const remainderOperator: Operator = {
  name: 'Remainder',
  lower: (graph, node) => {
    const [a, b] = inFloat64(graph, node) as [string, string];
    const modulo = (x: string) => graph.add('Mod', [x, b], { fmod: 1 });
    const zero = graph.scalar(0, 'float64');
    const remainder = modulo(a);
    const signs = [a, b].map(x => graph.add('Less', [x, zero]));
    // In float32, a small negative remainder would be lost in the sum.
    const shifted = modulo(graph.add('Add', [remainder, b]));
    const value = graph.add('Where', [graph.add('Xor', signs), shifted, remainder]);
    graph.place(node, graph.add('Cast', [value], { to: elementTypes.float32 }));
  },
};

/** Products of 32-bit integers. If a product does not fit, the result is the lowest 32 bits of the float64 product. */
export function integerProduct(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(productOperator, [a, b], broadcast(a.shape, b.shape), 'int32');
}

/** `(a - b)^2` of 32-bit integers, with the same rule for results that do not fit. */
export function integerSquaredDifference(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(squaredDifferenceOperator, [a, b], broadcast(a.shape, b.shape), 'int32');
}

/** Sums of 32-bit integers over `axes`, at least one. If a sum does not fit, the result is its lowest 32 bits. */
export function integerSum(x: GraphNode, axes: readonly number[], keepDims: boolean): GraphNode {
  const kept = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
  const shape = keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
  return new GraphNode(sumOperator, [x], shape, 'int32', { axes });
}

/** `floor(a / b)` of floats as integers. {@link toInteger} says what happens to results that do not fit. */
export function floorDivision(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(floorDivisionOperator, [a, b], broadcast(a.shape, b.shape), 'int32');
}

/** Remainder of `a` divided by `b` for floats, with the sign of the divisor, as in tfjs and Python. */
export function remainder(a: GraphNode, b: GraphNode): GraphNode {
  return new GraphNode(remainderOperator, [a, b], broadcast(a.shape, b.shape), 'float32');
}
