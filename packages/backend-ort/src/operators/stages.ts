import { elementTypes } from '@shroom/formats';
import type { Lowering } from '../graph/lowering';
import type { Shape } from '../graph/node';

/** Sums of floats. A mean is a sum that is divided at the end. */
export type Summation = 'ReduceSum' | 'ReduceMean';

/**
 * Maximum number of values that are added one after another in float32. Each addition has an error of at most 2^-24 of the
 * sum if all values have the same sign; together the errors are at most 7.6e-6.
 */
const mostAdded = 128;
/** The maximum along the last axis. There ONNX Runtime keeps at least two running sums, and the native runtime eight. */
const mostAddedInRows = 2 * mostAdded;
/**
 * If the first stage added up fewer values at once, too many would remain for the second stage. Then the axis is padded.
 */
const fewestAdded = 16;

/** Neighboring axes that are either all summed over or all kept. */
interface Segment {
  readonly length: number;
  readonly summed: boolean;
}

/**
 * Adds up in two stages: groups of few numbers in float32, and the sums of these groups in float64.
 *
 * ONNX Runtime keeps one to eight running sums in float32. When a sum has become large, the numbers that are added to it
 * lose digits: adding 0.1 10^7 times is 1.1 % off. Two stages have an error of at most 1e-5 for any number of values with
 * the same sign, and are not slower, because reading memory takes most of the time.
 *
 * @param shape Shape of the value.
 * @param axes Axes that are summed over.
 * @param outShape Shape of the result.
 * @returns `undefined` if there are so few numbers that one stage is enough.
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

/** A value of the given shape, padded with zeros at the end of one axis to the given length. */
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

/** Splits a length into equal parts of at most `most`. Together the parts may be longer. */
export function cut(length: number, most: number): { parts: number; of: number } {
  if (length <= most) return { parts: 1, of: length };
  for (let of = most; of >= fewestAdded; of--) {
    if (length % of === 0) return { parts: length / of, of };
  }
  const parts = Math.ceil(length / most);
  return { parts, of: Math.ceil(length / parts) };
}
