import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';

/** Geometry of a convolution or pooling over one, two or three spatial axes. Each list has one entry per axis. */
export interface Window {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after the input on each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Whether ONNX has as many windows as tfjs. If the kernel size or the stride differs between axes, tfjs computes the number
 * of windows on every axis with the first axis's values; and rounding may add a window or leave one out.
 *
 * @param input Lengths of the input's spatial axes.
 * @param output Lengths of the output's spatial axes.
 */
export function fits(window: Window, input: Shape, output: Shape): boolean {
  const { kernelSize, strides, dilations, before, after } = window;
  return kernelSize.every((length, i) => {
    const padded = input[i]! + before[i]! + after[i]!;
    const most = Math.floor((padded - (length - 1) * dilations[i]! - 1) / strides[i]!) + 1;
    return before[i]! >= 0 && after[i]! >= 0 && most >= 1 && most === output[i];
  });
}

/** Padding at the end that the last window needs; 0 if the windows do not reach the end. */
export function neededAfter(window: Omit<Window, 'after'>, input: Shape, output: Shape): number[] {
  const { kernelSize, strides, dilations, before } = window;
  return kernelSize.map((length, i) => {
    const reached = (output[i]! - 1) * strides[i]! + (length - 1) * dilations[i]! + 1;
    return Math.max(0, reached - input[i]! - before[i]!);
  });
}

type ConvolutionAttributes = Window & { readonly group: number };

/** Reads a node's attributes, which were made from a {@link Window}. */
export function windowOf(node: GraphNode): ConvolutionAttributes {
  return node.attributes as unknown as ConvolutionAttributes;
}

/** ONNX's attributes of a convolution. */
export function convolutionAttributes({
  kernelSize,
  strides,
  dilations,
  before,
  after,
  group,
}: ConvolutionAttributes) {
  return { kernel_shape: kernelSize, strides, dilations, pads: [...before, ...after], group };
}

const convolutionOperator: Operator = {
  name: 'Conv',
  lower: (graph, node) => {
    const [x, filter, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const inputs = [graph.channelsFirst(x), filterOutputFirst(graph, filter)];
    if (bias !== undefined) inputs.push(graph.plain(bias));
    graph.place(
      node,
      graph.add('Conv', inputs, convolutionAttributes(windowOf(node))),
      'channelsFirst',
    );
  },
};

/**
 * @param x `[N, ...space, C]`.
 * @param filter `[...kernelSize, C / group, K]`.
 * @param bias `[K]`.
 * @returns `[N, ...outSpace, K]`.
 */
export function convolution(
  x: GraphNode,
  filter: GraphNode,
  window: Window,
  outputShape: Shape,
  bias?: GraphNode,
): GraphNode {
  const inputs = bias === undefined ? [x, filter] : [x, filter, bias];
  return new GraphNode(convolutionOperator, inputs, outputShape, 'float32', {
    ...window,
    group: 1,
  });
}

const inputGradientOperator: Operator = {
  name: 'ConvInputGradient',
  lower: (graph, node) => {
    const [dy, filter] = node.inputs as [GraphNode, GraphNode];
    const window = windowOf(node);
    const value = graph.channelsFirst(dy);
    const { kernelSize, strides, dilations } = window;
    const reach = kernelSize.map((length, i) => (length - 1) * dilations[i]!);
    const before = reach.map((length, i) => length - window.before[i]!);
    // Rows that the last window does not reach are padded as well.
    const after = reach.map((length, i) => {
      const covered = dy.shape[i + 1]! + before[i]! - length;
      return node.shape[i + 1]! - covered;
    });
    const unit = strides.every(stride => stride === 1);
    if (unit && [...before, ...after].every(length => length >= 0)) {
      const flipped = filterInputFirst(graph, flip(graph, filter, kernelSize), filter.shape);
      const attributes = convolutionAttributes({ ...window, before, after });
      graph.place(node, graph.add('Conv', [value, flipped], attributes), 'channelsFirst');
      return;
    }
    const attributes = {
      ...convolutionAttributes(window),
      output_padding: outputPadding(node.shape, dy.shape, window),
    };
    const weights = filterOutputFirst(graph, filter);
    graph.place(node, graph.add('ConvTranspose', [value, weights], attributes), 'channelsFirst');
  },
};

/** The gradient of {@link convolution} with respect to its input of shape `inputShape`. */
export function convolutionInputGradient(
  dy: GraphNode,
  filter: GraphNode,
  window: Window,
  inputShape: Shape,
): GraphNode {
  return new GraphNode(inputGradientOperator, [dy, filter], inputShape, 'float32', {
    ...window,
    group: 1,
  });
}

/** Number of rows at the end of the input that no window reaches. ONNX calls them output padding. */
export function outputPadding(inputShape: Shape, outputShape: Shape, window: Window): number[] {
  return window.kernelSize.map((length, i) => {
    const reached =
      (outputShape[i + 1]! - 1) * window.strides[i]! + (length - 1) * window.dilations[i]! + 1;
    return inputShape[i + 1]! - (reached - window.before[i]! - window.after[i]!);
  });
}

/** `[...kernelSize, C, K]` to `[K, C, ...kernelSize]`. */
function filterOutputFirst(graph: Lowering, filter: GraphNode): string {
  const space = filter.rank - 2;
  const [inputs, outputs] = filter.shape.slice(-2) as [number, number];
  const kernelSize = filter.shape.slice(0, space);
  const turned = graph.turned(filter, numbers => reversed(numbers, inputs, outputs), [
    outputs,
    inputs,
    ...kernelSize,
  ]);
  if (turned !== undefined) return turned;
  if (kernelSize.every(length => length === 1)) {
    const matrix = graph.reshape(graph.plain(filter), [inputs, outputs]);
    const matrixTurned = graph.add('Transpose', [matrix], { perm: [1, 0] });
    return graph.reshape(matrixTurned, [outputs, inputs, ...kernelSize]);
  }
  // A matrix transpose and an exchange of short rows take a tenth of the time of the general permutation.
  const last = offsetsLast(graph, graph.plain(filter), filter.shape);
  const swapped = graph.add('Transpose', [last], { perm: [1, 0, 2] });
  return graph.reshape(swapped, [outputs, inputs, ...kernelSize]);
}

/** Side length of the blocks in which rows and columns are exchanged, so that both stay in the processor's cache. */
const blockSize = 32;

/** `[n, inputs, outputs]` to `[outputs, inputs, n]`. */
export function reversed(
  numbers: Float32Array,
  inputs: number,
  outputs: number,
): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(numbers.length);
  const count = numbers.length / (inputs * outputs);
  for (let top = 0; top < inputs; top += blockSize) {
    const bottom = Math.min(inputs, top + blockSize);
    for (let left = 0; left < outputs; left += blockSize) {
      const right = Math.min(outputs, left + blockSize);
      for (let n = 0; n < count; n++) {
        for (let row = top; row < bottom; row++) {
          let from = (n * inputs + row) * outputs + left;
          let to = (left * inputs + row) * count + n;
          for (let column = left; column < right; column++) {
            turned[to] = numbers[from++]!;
            to += inputs * count;
          }
        }
      }
    }
  }
  return turned;
}

/** `[...kernelSize, C, K]` to `[C, K, ...kernelSize]`. */
function filterInputFirst(graph: Lowering, value: string, shape: Shape): string {
  const last = offsetsLast(graph, value, shape);
  return graph.reshape(last, [...shape.slice(-2), ...shape.slice(0, -2)]);
}

/** `[...kernelSize, C, K]` to `[C, K, offsets of the window]`. */
function offsetsLast(graph: Lowering, value: string, shape: Shape): string {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const count = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  if (count === 1) return graph.reshape(value, [inputs, outputs, 1]);
  const matrix = graph.reshape(value, [count, inputs * outputs]);
  const turned = graph.add('Transpose', [matrix], { perm: [1, 0] });
  // ONNX Runtime would merge this transpose and the reshapes around it into one permutation of four axes, which takes ten
  // times as long. A `Concat`, even with only one input, prevents that.
  const apart = graph.add('Concat', [turned], { axis: 0 });
  return graph.reshape(apart, [inputs, outputs, count]);
}

/** A filter with its spatial axes reversed. */
export function flip(graph: Lowering, filter: GraphNode, kernelSize: readonly number[]): string {
  const value = graph.plain(filter);
  const long = axes(kernelSize.length).filter(axis => kernelSize[axis]! > 1);
  if (long.length === 0) return value;
  const starts = graph.integers(long.map(() => -1));
  const ends = graph.integers(long.map(() => -(2 ** 31)));
  return graph.add('Slice', [value, starts, ends, graph.integers(long), starts]);
}

export function axes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
