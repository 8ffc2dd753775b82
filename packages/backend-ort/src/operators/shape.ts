import { channelsFirstAxis } from '../graph/layout';
import type { Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';
import { plain } from './plain';
import { vanishes, vanishing } from './vanishing';

const reshapeOperator: Operator = {
  name: 'Reshape',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    graph.place(node, graph.reshape(graph.plain(x), node.shape));
  },
};

/** The same elements in another shape. Returns the node itself if it has that shape. */
export function reshape(x: GraphNode, shape: Shape): GraphNode {
  if (sameShape(x.shape, shape)) return x;
  if (vanishes(x)) return vanishing(shape);
  return new GraphNode(reshapeOperator, [x], shape, x.dtype);
}

const transposeOperator: Operator = {
  name: 'Transpose',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    graph.place(node, graph.add('Transpose', [graph.plain(x)], node.attributes));
  },
};

export function transpose(x: GraphNode, perm: readonly number[]): GraphNode {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map(axis => x.shape[axis]!);
  return new GraphNode(transposeOperator, [x], shape, x.dtype, { perm });
}

const padOperator: Operator = {
  name: 'Pad',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const { before, after, value, mode } = node.attributes as unknown as PadAttributes;
    const first = x.rank >= 3 && graph.isChannelsFirst(x);
    const order = axisOrder(x.rank, first);
    const pads = [...order.map(axis => before[axis]!), ...order.map(axis => after[axis]!)];
    const input = first ? graph.channelsFirst(x) : graph.plain(x);
    const padded = graph.add(
      'Pad',
      [input, graph.integers(pads), graph.scalar(value.float, x.dtype)],
      { mode },
    );
    graph.place(node, padded, first ? 'channelsFirst' : 'plain');
  },
};

interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: { readonly float: number };
  readonly mode: string;
}

/** @param mode `constant`, or `reflect` without repeating the edge. */
export function pad(
  x: GraphNode,
  before: readonly number[],
  after: readonly number[],
  value = 0,
  mode: 'constant' | 'reflect' = 'constant',
): GraphNode {
  if ([...before, ...after].every(length => length === 0)) return x;
  const shape = x.shape.map((length, i) => length + before[i]! + after[i]!);
  return new GraphNode(padOperator, [x], shape, x.dtype, {
    before,
    after,
    value: { float: value },
    mode,
  });
}

/** The input of a pending node that pads with zeros, and the padding on each axis. */
export function paddedWithZeros(
  node: GraphNode,
): { x: GraphNode; before: readonly number[]; after: readonly number[] } | undefined {
  if (node.operator !== padOperator || !node.isTransparent) return undefined;
  const { before, after, value, mode } = node.attributes as unknown as PadAttributes;
  if (mode !== 'constant' || value.float !== 0) return undefined;
  return { x: node.inputs[0]!, before, after };
}

const sliceOperator: Operator = {
  name: 'Slice',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const { starts, ends, steps } = node.attributes as unknown as SliceAttributes;
    const first = x.rank >= 3 && graph.isChannelsFirst(x);
    const order = axisOrder(x.rank, first).filter(
      axis => starts[axis] !== 0 || ends[axis] !== x.shape[axis] || steps[axis] !== 1,
    );
    const axes = order.map(axis => (first ? channelsFirstAxis(axis, x.rank) : axis));
    const lists = [starts, ends].map(list => graph.integers(order.map(axis => list[axis]!)));
    const input = first ? graph.channelsFirst(x) : graph.plain(x);
    const stride = graph.integers(order.map(axis => steps[axis]!));
    const value = graph.add('Slice', [input, ...lists, graph.integers(axes), stride]);
    graph.place(node, value, first ? 'channelsFirst' : 'plain');
  },
};

interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

/**
 * `x[starts : ends : steps]` on every axis.
 *
 * @param ends Index after the last element; with a negative step the index before it, where -1 means the position before 0.
 */
export function slice(
  x: GraphNode,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): GraphNode {
  const shape = starts.map((start, i) => Math.ceil((ends[i]! - start) / steps[i]!));
  const whole = steps.every(step => step === 1) && sameShape(shape, x.shape);
  if (whole) return x;
  // ONNX counts a negative end from the back; a very negative end means the position before the first element.
  const bounds = ends.map((end, i) => (steps[i]! < 0 && end < 0 ? -(2 ** 31) : end));
  return new GraphNode(sliceOperator, [x], shape, x.dtype, { starts, ends: bounds, steps });
}

const concatOperator: Operator = {
  name: 'Concat',
  lower: (graph, node) => {
    const axis = node.attributes.axis as number;
    const first = node.rank >= 3 && node.inputs.every(input => graph.isChannelsFirst(input));
    const values = node.inputs.map(x => (first ? graph.channelsFirst(x) : graph.plain(x)));
    const at = first ? channelsFirstAxis(axis, node.rank) : axis;
    graph.place(node, graph.add('Concat', values, { axis: at }), first ? 'channelsFirst' : 'plain');
  },
};

export function concat(parts: readonly GraphNode[], axis: number): GraphNode {
  const [head] = parts as [GraphNode];
  if (parts.length === 1) return head;
  const shape = [...head.shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return new GraphNode(concatOperator, parts, shape, head.dtype, { axis });
}

/** Broadcasts axes of length 1 until `x` has the shape `shape`. */
export function expand(x: GraphNode, shape: Shape): GraphNode {
  if (sameShape(x.shape, shape)) return x;
  if (vanishes(x)) return vanishing(shape);
  return plain('Expand', [x], shape, { arguments: [shape] });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** The axes of tfjs's layout, in the order in which they are in memory. */
function axisOrder(rank: number, channelsFirst: boolean): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return channelsFirst ? [0, rank - 1, ...axes.slice(1, -1)] : axes;
}
