import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';

/** How places of the output lie in the input, as tfjs names it. */
export interface Alignment {
  /** Whether the first and last pixels of both lie on each other. */
  readonly alignCorners: boolean;
  /** Whether a pixel's place is its middle. */
  readonly halfPixelCenters: boolean;
}

/** Two neighbors in the input, and the second one's share. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function scaleOf(from: number, to: number, { alignCorners }: Alignment): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/**
 * The nearest place in the input of each place in the output, in tfjs's arithmetic: a product in float64, rounded or cut off.
 *
 * @param from length in the input.
 * @param to length in the output.
 */
export function nearestPlaces(from: number, to: number, alignment: Alignment): number[] {
  const scale = scaleOf(from, to, alignment);
  return Array.from({ length: to }, (_, place) => {
    const at = scale * (alignment.halfPixelCenters ? place + 0.5 : place);
    const nearest = alignment.alignCorners ? Math.round(at) : Math.floor(at);
    return Math.min(from - 1, nearest);
  });
}

/** Between which places in the input each place in the output is, in tfjs's arithmetic. */
function placesBetween(from: number, to: number, alignment: Alignment): Between[] {
  const scale = scaleOf(from, to, alignment);
  return Array.from({ length: to }, (_, place) => {
    const at = alignment.halfPixelCenters ? scale * (place + 0.5) - 0.5 : scale * place;
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(from - 1, Math.ceil(at));
    return { low, high: Math.max(0, high), share: at - low };
  });
}

/** The share that each place of the input has in each of the output, `[from, to]` by rows. */
export function nearestShares(from: number, to: number, alignment: Alignment): Float32Array {
  const data = new Float32Array(from * to);
  nearestPlaces(from, to, alignment).forEach((nearest, place) => {
    data[nearest * to + place] = 1;
  });
  return data;
}

/** The same of bilinear interpolation. */
export function sharesBetween(from: number, to: number, alignment: Alignment): Float32Array {
  const data = new Float32Array(from * to);
  placesBetween(from, to, alignment).forEach(({ low, high, share }, place) => {
    data[low * to + place]! += 1 - share;
    data[high * to + place]! += share;
  });
  return data;
}

type Mode = 'linear' | 'nearest';

/** ONNX Runtime's operator; its places are products and quotients in float32. */
const resizeOperator: Operator = {
  name: 'Resize',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const [batch, height, width, channels] = node.shape as [number, number, number, number];
    const sizes = graph.integers([batch, channels, height, width]);
    const value = graph.add('Resize', [graph.channelsFirst(x), '', '', sizes], node.attributes);
    graph.place(node, value, 'channelsFirst');
  },
};

/** Rows and columns are taken one axis after the other, at places that were computed before. */
const takeOperator: Operator = {
  name: 'ResizeByPlaces',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const { mode, alignCorners, halfPixelCenters } = node.attributes as Record<string, unknown>;
    const alignment = {
      alignCorners: alignCorners === 1,
      halfPixelCenters: halfPixelCenters === 1,
    };
    const along = mode === 'nearest' ? takeNearest : interpolate;
    // First the axis that becomes shorter, so that there is less to do along the other.
    const axes = [1, 2].sort((a, b) => node.shape[a]! / x.shape[a]! - node.shape[b]! / x.shape[b]!);
    let value = graph.plain(x);
    for (const axis of axes) {
      const [from, to] = [x.shape[axis]!, node.shape[axis]!];
      if (from !== to) value = along(graph, value, axis, from, to, alignment);
    }
    graph.place(node, value);
  },
};

function take(graph: Lowering, value: string, axis: number, places: readonly number[]): string {
  return graph.add('Gather', [value, graph.integers(places)], { axis });
}

function takeNearest(
  graph: Lowering,
  value: string,
  axis: number,
  from: number,
  to: number,
  alignment: Alignment,
): string {
  return take(graph, value, axis, nearestPlaces(from, to, alignment));
}

function interpolate(
  graph: Lowering,
  value: string,
  axis: number,
  from: number,
  to: number,
  alignment: Alignment,
): string {
  const places = placesBetween(from, to, alignment);
  const low = take(
    graph,
    value,
    axis,
    places.map(place => place.low),
  );
  const shares = places.map(place => place.share);
  if (shares.every(share => share === 0)) return low;
  const high = take(
    graph,
    value,
    axis,
    places.map(place => place.high),
  );
  // `[to, 1, 1]` for rows, `[to, 1]` for columns.
  const shape = [to, ...Array<number>(3 - axis).fill(1)];
  const share = graph.floats(Float32Array.from(shares), shape);
  return graph.add('Add', [low, graph.add('Mul', [graph.add('Sub', [high, low]), share])]);
}

/**
 * Resizes images as tfjs does.
 *
 * @param x `[N, height, width, C]`.
 * @param size `[height, width]` of the result.
 */
export function resize(
  mode: Mode,
  x: GraphNode,
  size: readonly [number, number],
  alignment: Alignment,
): GraphNode {
  const [n, , , channels] = x.shape as [number, number, number, number];
  const shape: Shape = [n, ...size, channels];
  const fast = size.every((to, i) => isExact(mode, x.shape[i + 1]!, to, alignment));
  if (!fast) {
    const alignCorners = alignment.alignCorners ? 1 : 0;
    const halfPixelCenters = alignment.halfPixelCenters ? 1 : 0;
    return new GraphNode(takeOperator, [x], shape, 'float32', {
      mode,
      alignCorners,
      halfPixelCenters,
    });
  }
  return new GraphNode(resizeOperator, [x], shape, 'float32', {
    mode,
    coordinate_transformation_mode: alignment.halfPixelCenters ? 'half_pixel' : 'asymmetric',
    nearest_mode: 'floor',
  });
}

/** Whether float32 has no part in it: with a scale that is a power of two, all places are float32 numbers. */
function isExact(mode: Mode, from: number, to: number, alignment: Alignment): boolean {
  if (alignment.alignCorners || !Number.isInteger(Math.log2(to / from))) return false;
  return mode === 'linear' || !alignment.halfPixelCenters;
}
