import { elementTypes } from '@shroom/formats';
import type { Lowering } from '../graph/lowering';
import type { Shape } from '../graph/node';

/** Sums of floats; a mean is a sum that is divided at the end. */
export type Summation = 'ReduceSum' | 'ReduceMean';

/**
 * Most numbers that are added one after another in float32. Each addition is off by at most 2^-24 of the sum, if all have one
 * sign, and all together by at most 7.6e-6.
 */
const mostAdded = 128;
/** The same along the last axis, where ONNX Runtime keeps at least two sums side by side, and eight where it is native. */
const mostAddedInRows = 2 * mostAdded;
/** A first stage that takes fewer numbers together leaves too many for the second; the axis is padded instead. */
const fewestAdded = 32;

/** Neighboring axes of which all are summed over or none is. */
interface Segment {
  readonly length: number;
  readonly summed: boolean;
}

/**
 * Adds up in two stages: few numbers each in float32, and what that gives in float64.
 *
 * ONNX Runtime keeps one to eight running sums in float32. When a sum has become large, what is added to it loses its digits:
 * 10^7 times 0.1 is 1.1 % off. Two stages are at most 1e-5 off for numbers of one sign, however many, and no slower: reading memory
 * is what takes the time.
 *
 * @param shape of the value.
 * @param axes that are summed over.
 * @param outShape of the result.
 * @returns `undefined` where there are so few numbers that one stage does.
 */
export function sumInStages(
  graph: Lowering,
  type: Summation,
  value: string,
  shape: Shape,
  axes: readonly number[],
  outShape: Shape,
): string | undefined {
  const segments = segmentsOf(shape, axes);
  const count = segments.reduce((n, { length, summed }) => (summed ? n * length : n), 1);
  const lengths = segments.map(({ length, summed }) => (summed ? length : 0));
  const areRows = lengths.at(-1) === count;
  if (count <= (areRows ? mostAddedInRows : mostAdded)) return undefined;
  const longest = lengths.indexOf(Math.max(...lengths));
  const most = longest === segments.length - 1 ? mostAddedInRows : mostAdded;
  const { parts, of } = cut(lengths[longest]!, most);
  const merged = segments.map(({ length }) => length);
  const padded = padTo(graph, graph.reshape(value, merged), merged, longest, parts * of);
  const cutShape = [...merged.slice(0, longest), parts, of, ...merged.slice(longest + 1)];
  const input = graph.reshape(padded, cutShape);
  const some = graph.add('ReduceSum', [input, graph.integers([longest + 1])], { keepdims: 0 });
  const wide = graph.add('Cast', [some], { to: elementTypes.float64 });
  const rest = segments.flatMap(({ summed }, i) => (summed ? [i] : []));
  let sum = graph.add('ReduceSum', [wide, graph.integers(rest)], { keepdims: 0 });
  if (type === 'ReduceMean') sum = graph.add('Div', [sum, graph.scalar(count, 'float64')]);
  return graph.reshape(graph.add('Cast', [sum], { to: elementTypes.float32 }), outShape);
}

function segmentsOf(shape: Shape, axes: readonly number[]): Segment[] {
  const segments: Segment[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const summed = axes.includes(axis);
    const before = segments.at(-1);
    if (before?.summed === summed) {
      segments[segments.length - 1] = { length: before.length * length, summed };
    } else segments.push({ length, summed });
  });
  return segments;
}

/** A value of the given shape, with zeros after it along one axis until that has the length. */
export function padTo(
  graph: Lowering,
  value: string,
  shape: Shape,
  axis: number,
  length: number,
): string {
  if (length === shape[axis]) return value;
  const after = shape.map((present, i) => (i === axis ? length - present : 0));
  const pads = graph.integers([...shape.map(() => 0), ...after]);
  return graph.add('Pad', [value, pads, graph.scalar(0, 'float32')]);
}

/** Equal parts of at most so many numbers; together they may be longer. */
export function cut(length: number, most: number): { parts: number; of: number } {
  if (length <= most) return { parts: 1, of: length };
  for (let of = most; of >= fewestAdded; of--) {
    if (length % of === 0) return { parts: length / of, of };
  }
  return { parts: Math.ceil(length / most), of: most };
}
