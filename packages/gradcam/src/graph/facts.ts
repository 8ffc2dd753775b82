import { type GraphStep, nodeOf, textOf } from './topology';

/** Whether a node's feature map has its channels first, according to the node itself or to the nodes before it. */
export function isChannelsFirst(order: readonly GraphStep[], tap: string): boolean {
  const first = new Map<string, boolean>();
  for (const { name, attr, op, inputs } of order) {
    const format = (attr.data_format ?? attr.dataFormat) as { s?: unknown } | undefined;
    const own = format?.s === undefined ? undefined : textOf(format.s) === 'NCHW';
    const inherited = op !== 'Transpose' && inputs.some(input => first.get(nodeOf(input)));
    first.set(name, own ?? inherited);
  }
  return first.get(tap) ?? false;
}

/** Whether a part of a graph contains attention over tokens: a product of two batches of matrices, with a softmax before it. */
export function readsTokens(tail: readonly GraphStep[]): boolean {
  const has = (kind: RegExp) => tail.some(({ op }) => kind.test(op));
  return has(/^(BatchMatMul\w*|Einsum)$/) && (has(/^Softmax$/) || (has(/^Exp$/) && has(/^Sum$/)));
}
