import type { Fusion } from './fusion';
import type { GraphNode } from './node';
import { type Constant, factorsOf, kindOf, only } from './pattern';

/**
 * Attention in heads, `softmax(scale * q @ k^T) @ v`: tokens `[N, T, C]` are split into heads before, and joined after. ONNX Runtime's
 * operator never holds the weights `[N, heads, T, T]` as a whole, which saves much memory for many tokens. It is used only if nothing else
 * needs the weights.
 */
export function attention(root: GraphNode, known: Constant): Fusion | undefined {
  const apart = only(root, 'Reshape');
  const mixed = apart && betweenHeads(apart);
  if (root.rank !== 3 || !mixed) return undefined;
  const [weights, values] = product(mixed, 0);
  const logits = weights && softmaxed(weights);
  if (!logits || !values) return undefined;
  const table = scaled(logits, known);
  const [queries, keys] = product(table.node, 1);
  if (!queries || !keys) return undefined;
  const [query, key] = [scaled(queries, known), scaled(keys, known)];
  const [q, k, v] = [query.node, key.node, values].map(tokensOf);
  if (!q || !k || !v || [k, v].some(({ apart }) => apart.join() !== q.apart.join()))
    return undefined;
  const inputs = [q, k, v].map(({ tokens }) => tokens);
  // The operator does not broadcast.
  if (inputs.some(({ shape }) => shape[0] !== root.shape[0])) return undefined;
  const read = [queries, query.node, keys, key.node, values, q.reshaped, k.reshaped, v.reshaped];
  const attributes = {
    num_heads: q.apart[0]!,
    scale: { float: table.factor * query.factor * key.factor },
  };
  return {
    inputs,
    absorbed: [...new Set([apart, mixed, weights, logits, table.node, ...read])],
    lower: (graph, node) => {
      const names = inputs.map(input => graph.plain(input));
      graph.place(node, graph.addMicrosoft('MultiHeadAttention', names, attributes));
    },
  };
}

/** The logits of a softmax over the last axis. */
function softmaxed(node: GraphNode): GraphNode | undefined {
  return kindOf(node)?.startsWith('Softmax(') ? node.inputs[0] : undefined;
}

/** The input of a node that exchanges tokens and heads. */
function betweenHeads(node: GraphNode): GraphNode | undefined {
  const perm = node.attributes.perm as readonly number[] | undefined;
  return perm?.join() === '0,2,1,3' ? only(node, 'Transpose') : undefined;
}

/** The two factors of a product of matrices, where only the second may be transposed. */
function product(node: GraphNode, transB: 0 | 1): readonly (GraphNode | undefined)[] {
  const { transA, transB: turned } = node.attributes;
  const fits = kindOf(node) === 'MatMul' && node.inputs.length === 2;
  return fits && transA === 0 && turned === transB ? node.inputs : [];
}

/** A node that is multiplied by a number, and this number; or the node itself and 1. */
function scaled(node: GraphNode, known: Constant): { node: GraphNode; factor: number } {
  for (const [inner, other] of factorsOf(node)) {
    const factor = other.size === 1 ? known(other) : undefined;
    if (factor !== undefined && inner.size === node.size) return { node: inner, factor };
  }
  return { node, factor: 1 };
}

/** Where the heads `[N, heads, T, size]` come from: tokens `[N, T, C]`. */
function tokensOf(node: GraphNode) {
  const reshaped = betweenHeads(node);
  if (!reshaped) return undefined;
  const tokens = only(reshaped, 'Reshape');
  if (tokens?.rank !== 3 || tokens.shape[1] !== reshaped.shape[1]) return undefined;
  return { tokens, reshaped, apart: reshaped.shape.slice(2) };
}
