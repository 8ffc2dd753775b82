import { GraphNode } from '../graph/node';
import { type Window, windowOf } from './convolution';
import { paddedWithZeros } from './shape';

/**
 * Merges a preceding zero padding into a convolution: returns the unpadded input, and a window that pads the input itself.
 * Then the padded copy is neither made nor kept for the gradients.
 *
 * @param x `[N, ...space, C]`.
 */
export function withoutPadding(x: GraphNode, window: Window): { x: GraphNode; window: Window } {
  const padding = paddedWithZeros(x);
  if (padding === undefined || !isOfSpace(padding.before) || !isOfSpace(padding.after))
    return { x, window };
  return {
    x: padding.x,
    window: {
      ...window,
      before: window.before.map((length, i) => length + padding.before[i + 1]!),
      after: window.after.map((length, i) => length + padding.after[i + 1]!),
    },
  };
}

/** Whether neither images nor channels are padded. */
function isOfSpace(lengths: readonly number[]): boolean {
  return lengths[0] === 0 && lengths.at(-1) === 0;
}

/** Gradients with respect to the input of a convolution. */
const inputGradients = new Set(['ConvInputGradient', 'DepthwiseInputGradient']);

/**
 * A slice of the gradient with respect to a convolution's input, for example without the padding of the input. Only this
 * slice is computed.
 *
 * @returns `undefined` if `x` is not such a gradient, or if images or channels are removed.
 */
export function croppedGradient(
  x: GraphNode,
  starts: readonly number[],
  ends: readonly number[],
): GraphNode | undefined {
  const { operator, inputs, shape } = x;
  if (!x.isTransparent || !inputGradients.has(operator!.name)) return undefined;
  const left = shape.map((length, i) => length - ends[i]!);
  if (!isOfSpace(starts) || !isOfSpace(left)) return undefined;
  const { before, after } = windowOf(x);
  return new GraphNode(operator, inputs, subtract(ends, starts), x.dtype, {
    ...x.attributes,
    before: before.map((length, i) => length + starts[i + 1]!),
    after: after.map((length, i) => length + left[i + 1]!),
  });
}

const subtract = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, i) => value - b[i]!);
