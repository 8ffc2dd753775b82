import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';

/** How output positions map to input positions, with the names of tfjs. */
export interface Alignment {
  /** Whether the first and last pixels of input and output coincide. */
  readonly alignCorners: boolean;
  /** Whether the position of a pixel is its center. */
  readonly halfPixelCenters: boolean;
}

/** Two neighboring input positions, and the weight of the second one. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function scaleOf(from: number, to: number, { alignCorners }: Alignment): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/**
 * The nearest input position for each output position, in tfjs's arithmetic: a float64 product, rounded or truncated.
 *
 * @param from Length of the input.
 * @param to Length of the output.
 */
export function nearestPlaces(from: number, to: number, alignment: Alignment): number[] {
  const scale = scaleOf(from, to, alignment);
  return Array.from({ length: to }, (_, place) => {
    const at = scale * (alignment.halfPixelCenters ? place + 0.5 : place);
    const nearest = alignment.alignCorners ? Math.round(at) : Math.floor(at);
    return Math.min(from - 1, nearest);
  });
}

/** The two neighboring input positions for each output position, in tfjs's arithmetic. */
function placesBetween(from: number, to: number, alignment: Alignment): Between[] {
  const scale = scaleOf(from, to, alignment);
  return Array.from({ length: to }, (_, place) => {
    const at = alignment.halfPixelCenters ? scale * (place + 0.5) - 0.5 : scale * place;
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(from - 1, Math.ceil(at));
    return { low, high: Math.max(0, high), share: at - low };
  });
}

/** The weight of each input position in each output position for nearest-neighbor resizing, `[from, to]` in row order. */
export function nearestShares(from: number, to: number, alignment: Alignment): Float32Array {
  const data = new Float32Array(from * to);
  nearestPlaces(from, to, alignment).forEach((nearest, place) => {
    data[nearest * to + place] = 1;
  });
  return data;
}

/** The weight of each input position in each output position for bilinear resizing. */
export function sharesBetween(from: number, to: number, alignment: Alignment): Float32Array {
  const data = new Float32Array(from * to);
  placesBetween(from, to, alignment).forEach(({ low, high, share }, place) => {
    data[low * to + place]! += 1 - share;
    data[high * to + place]! += share;
  });
  return data;
}

type Mode = 'linear' | 'nearest';

/** ONNX Runtime's resize operator, which computes positions in float32. */
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

/** Gathers rows and then columns at precomputed positions. */
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
    // First resizes the axis that becomes shorter, so that less work remains for the other one.
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
  // Shape `[to, 1, 1]` for rows, `[to, 1]` for columns.
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

/** Whether positions are exact in float32, which is the case if the scale is a power of two. */
function isExact(mode: Mode, from: number, to: number, alignment: Alignment): boolean {
  if (alignment.alignCorners || !Number.isInteger(Math.log2(to / from))) return false;
  return mode === 'linear' || !alignment.halfPixelCenters;
}
