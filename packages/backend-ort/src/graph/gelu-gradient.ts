import type { OnnxModel } from '@shroom/formats';
import type { Fusion } from './fusion';
import type { Lowering } from './lowering';
import type { GraphNode } from './node';
import { type Constant, factorsOf, isSame, kindOf, only, plusOne, scaledBy } from './pattern';

/** Slope of the error function at 0. */
const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** Numbers in a piece. It is small enough that intermediate values stay in the processor's cache. */
const pieceSize = 1 << 16;

/**
 * The gradient of the exact GELU as tfjs composes it, with ten passes over memory: with `b = x / sqrt(2)`, `dy * (1 +
 * erf(b)) * 0.5 + dy * (0.5 * x) * exp(-b^2) * 2 / sqrt(pi) / sqrt(2)`. The fused form needs only `x` from the forward
 * pass. So the forward pass becomes one operator and keeps no other values.
 */
export function geluGradient(root: GraphNode, known: Constant): Fusion | undefined {
  if (kindOf(root) !== 'Add') return undefined;
  const [first, second] = root.inputs as [GraphNode, GraphNode];
  return match(root, first, second, known) ?? match(root, second, first, known);
}

/** @param inner The part that comes through the error function. */
function match(
  root: GraphNode,
  inner: GraphNode,
  outer: GraphNode,
  known: Constant,
): Fusion | undefined {
  const byError = scaledBy(inner, Math.SQRT1_2, known);
  const byHalf = scaledBy(outer, 0.5, known);
  if (!byError || !byHalf) return undefined;
  for (const [dy, cumulative] of factorsOf(byHalf)) {
    const error = plusOne(cumulative, known);
    const b = error && only(error, 'Erf');
    const x = b && scaledBy(b, Math.SQRT1_2, known);
    if (!x || x.size !== root.size || dy.size !== root.size) continue;
    for (const [product, bell] of factorsOf(byError)) {
      const power = scaledBy(bell, twoOverRootPi, known);
      const negative = power && only(power, 'Exp');
      const square = negative && only(negative, 'Neg');
      if (!square || kindOf(square) !== 'Mul' || square.inputs.some(input => input !== b)) continue;
      const fits = factorsOf(product).some(([gradient, half]) => {
        const from = scaledBy(half, 0.5, known);
        return isSame(gradient, dy) && from !== undefined && isSame(from, x);
      });
      if (!fits) continue;
      return {
        inputs: [x, dy],
        absorbed: [inner, outer, byError, byHalf, product, bell, power, negative, square],
        lower: (graph, node) => graph.place(node, write(graph, node, x, dy)),
      };
    }
  }
  return undefined;
}

function write(graph: Lowering, node: GraphNode, x: GraphNode, dy: GraphNode): string {
  const [input, gradient] = [graph.plain(x), graph.plain(dy)];
  const pieces = piecesOf(node.size);
  if (pieces === 1) return slope(graph.model, node.kernel, input, gradient);
  const rows = [input, gradient].map(value => graph.reshape(value, [pieces, node.size / pieces]));
  const joined = graph.addScan(rows, [node.size / pieces], (body, [bodyX, bodyDy]) =>
    slope(body, node.kernel, bodyX!, bodyDy!),
  );
  return graph.reshape(joined, node.shape);
}

/** `dy * (cdf(x) + x * pdf(x))`. */
function slope(model: OnnxModel, kernel: string, x: string, dy: string): string {
  const add = (type: string, ...inputs: string[]) => model.add(type, inputs, {}, kernel);
  const number = (value: number) =>
    model.constant('float32', [], new Uint8Array(Float32Array.of(value).buffer));
  const b = add('Mul', x, number(Math.SQRT1_2));
  const cumulative = add('Add', add('Mul', add('Erf', b), number(0.5)), number(0.5));
  const power = add('Exp', add('Neg', add('Mul', b, b)));
  const density = add('Mul', power, number(1 / Math.sqrt(2 * Math.PI)));
  return add('Mul', dy, add('Add', cumulative, add('Mul', x, density)));
}

/**
 * The number of equal pieces that `size` numbers are cut into; 1 if they fit into one piece or have no suitable divisor.
 */
function piecesOf(size: number): number {
  const least = Math.ceil(size / pieceSize);
  for (let count = least; count <= 4 * least; count++) if (size % count === 0) return count;
  return 1;
}
