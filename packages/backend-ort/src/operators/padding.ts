import { GraphNode } from '../graph/node';
import { type Window, windowOf } from './convolution';
import { paddedWithZeros } from './shape';

/**
 * What a convolution sees of an input that a layer before it has padded with zeros: the input as it was, and a window that
 * pads it itself. The padded copy then need not be made, nor kept for the gradients.
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

/** Whether neither images nor channels are added. */
function isOfSpace(lengths: readonly number[]): boolean {
  return lengths[0] === 0 && lengths.at(-1) === 0;
}

/** Gradients by the input of a convolution. */
const inputGradients = new Set(['ConvInputGradient', 'DepthwiseInputGradient']);

/**
 * A part of the gradient by a convolution's input, such as what is left of it when the input had been padded: computed as that
 * part from the start.
 *
 * @returns `undefined` where `x` is no such gradient, or images or channels are left out.
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
