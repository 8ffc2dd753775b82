import { fillOperator, fillValue } from '../operators/elementwise';
import { attention } from './attention';
import type { Fusion } from './fusion';
import { geluGradient } from './gelu-gradient';
import type { GraphNode } from './node';
import {
  anyNumber,
  type Constant,
  factorsOf,
  isClose,
  isSame,
  kindOf,
  only,
  plusOne,
  scaledBy,
} from './pattern';
import type { Schedule } from './schedule';

/**
 * Finds parts of tfjs programs that ONNX Runtime has one operator for: the exact GELU, layer norm over the last axis,
 * ReLUs with a bound, such as ReLU6, and attention; and the gradient of the GELU. A part is fused only if no other node needs its intermediate values, such as the gradient
 * of another form.
 *
 * @param constant Returns the number of a leaf, on which the fused form then depends. Called only if the rest of the form
 *   matches.
 * @param isNumber Whether a leaf has such a number. Default: no leaf has one.
 */
export function findFusions(
  { nodes, targets }: Schedule,
  constant: Constant,
  isNumber: (leaf: GraphNode) => boolean = () => false,
): Map<GraphNode, Fusion> {
  const filled = (node: GraphNode) =>
    node.operator === fillOperator && node.size === 1 ? fillValue(node) : undefined;
  const known: Constant = node => filled(node) ?? constant(node);
  const any: Constant = node => filled(node) ?? (isNumber(node) ? anyNumber : undefined);
  const uses = new Map<GraphNode, number>();
  for (const node of nodes)
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const kept = new Set(targets);
  const fusions = new Map<GraphNode, Fusion>();
  const find = (form: (node: GraphNode, known: Constant) => Fusion | undefined): void => {
    for (const node of nodes) {
      if (fusions.has(node) || !form(node, any)) continue;
      const fusion = form(node, known);
      if (!fusion) continue;
      // Uses within the form itself do not count.
      const inside = [node, ...fusion.absorbed];
      const used = inside.flatMap(({ inputs }) => inputs);
      const own = (part: GraphNode) => used.filter(input => input === part).length;
      if (fusion.absorbed.some(part => kept.has(part) || uses.get(part) !== own(part))) continue;
      fusions.set(node, fusion);
      for (const input of used) uses.set(input, uses.get(input)! - 1);
      for (const input of fusion.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
    }
  };
  // Gradients are fused first, because values that they no longer use can be left out of the forward pass.
  find(geluGradient);
  const forms = [gelu, layerNorm, clip, attention];
  find((node, numbers) => {
    for (const form of forms) {
      const fusion = form(node, numbers);
      if (fusion) return fusion;
    }
    return undefined;
  });
  return fusions;
}

/** `0.5 x (1 + erf(x / sqrt(2)))`, with the factors in any order. */
function gelu(root: GraphNode, known: Constant): Fusion | undefined {
  for (const [half, cumulative] of factorsOf(root)) {
    const scaled = scaledBy(half, 0.5, known);
    const error = plusOne(cumulative, known);
    const inner = error && only(error, 'Erf');
    const x = scaled && inner && rootHalfOf(inner, known);
    if (!x || !isSame(x, scaled) || x.size !== root.size) continue;
    return {
      inputs: [x],
      absorbed: [half, cumulative, error!, inner],
      lower: (graph, node) => graph.place(node, graph.addMicrosoft('Gelu', [graph.plain(x)])),
    };
  }
  return undefined;
}

/**
 * `c / sqrt(mean(c^2) + epsilon) * scale + offset` over the last axis, where the mean was subtracted from `c` before. ONNX
 * Runtime's operator subtracts the mean again, which is 0 now. If it had to do all of it, it would lose the digits of a
 * variance that is small compared with the mean.
 */
function layerNorm(root: GraphNode, known: Constant): Fusion | undefined {
  if (kindOf(root) !== 'Add') return undefined;
  const [scaled, offset] = root.inputs as [GraphNode, GraphNode];
  if (kindOf(scaled) !== 'Mul') return undefined;
  const [normal, scale] = scaled.inputs as [GraphNode, GraphNode];
  if (kindOf(normal) !== 'Mul') return undefined;
  const [centered, rate] = normal.inputs as [GraphNode, GraphNode];
  const channels = root.shape.at(-1);
  const perChannel = (node: GraphNode) => node.rank === 1 && node.size === channels;
  if (!perChannel(scale) || !perChannel(offset) || centered.size !== root.size) return undefined;
  const deviation = only(rate, 'Reciprocal');
  const sum = deviation && only(deviation, 'Sqrt');
  if (!sum || kindOf(sum) !== 'Add') return undefined;
  const [variance, epsilon] = sum.inputs as [GraphNode, GraphNode];
  const squares = overLastAxis(variance);
  const small = known(epsilon);
  const isSquare =
    squares?.operator?.name === 'Mul' && squares.inputs.every(x => isSame(x, centered));
  if (small === undefined || !isSquare || !isCentered(centered)) return undefined;
  return {
    inputs: [centered, scale, offset],
    absorbed: [scaled, normal, rate, deviation!, sum, variance, squares!],
    lower: (graph, node) => {
      const inputs = [centered, scale, offset].map(input => graph.plain(input));
      const attributes = { axis: -1, epsilon: { float: small } };
      graph.place(node, graph.add('LayerNormalization', inputs, attributes));
    },
  };
}

/** `min(max(x, 0), bound)`. ONNX Runtime computes a `Clip` together with the convolution before it. */
function clip(root: GraphNode, known: Constant): Fusion | undefined {
  if (kindOf(root) !== 'Min') return undefined;
  const [a, b] = root.inputs as [GraphNode, GraphNode];
  const [relu, bound] = kindOf(a) === 'Relu' ? [a, b] : [b, a];
  const x = only(relu, 'Relu');
  if (!x || x.size !== root.size) return undefined;
  const most = known(bound);
  if (most === undefined || most < 0) return undefined;
  return {
    inputs: [x],
    absorbed: [relu],
    lower: (graph, node) => {
      const first = graph.isChannelsFirst(x);
      const value = first ? graph.channelsFirst(x) : graph.plain(x);
      const bounds = [0, most].map(each => graph.scalar(each, 'float32'));
      graph.place(node, graph.add('Clip', [value, ...bounds]), first ? 'channelsFirst' : 'plain');
    },
  };
}

function isCentered(node: GraphNode): boolean {
  if (kindOf(node) !== 'Sub') return false;
  const [x, mean] = node.inputs as [GraphNode, GraphNode];
  const averaged = overLastAxis(mean);
  return averaged !== undefined && isSame(averaged, x);
}

/** The node of which this node is the mean over the last axis (kept as length 1), if it is such a mean. */
function overLastAxis(node: GraphNode): GraphNode | undefined {
  const x = only(node, 'ReduceMean');
  const axes = node.attributes.axes as readonly number[] | undefined;
  const last = axes?.length === 1 && axes[0] === node.rank - 1 && x?.rank === node.rank;
  return last ? x : undefined;
}

function rootHalfOf(node: GraphNode, known: Constant): GraphNode | undefined {
  if (kindOf(node) !== 'Div') return scaledBy(node, Math.SQRT1_2, known);
  const [x, divisor] = node.inputs as [GraphNode, GraphNode];
  return isClose(known(divisor), Math.SQRT2) ? x : undefined;
}
