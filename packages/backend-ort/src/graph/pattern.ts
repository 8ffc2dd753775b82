import type { GraphNode } from './node';

/** The number that a node is in the compiled model, if it is a single number. */
export type Constant = (node: GraphNode) => number | undefined;

/** Stands for any number: it equals whatever it is compared with. */
export const anyNumber = Number.POSITIVE_INFINITY;

/** The operator of a pending node. A computed node has released its inputs, so it has no operator here. */
export function kindOf(node: GraphNode): string | undefined {
  return node.data === undefined ? node.operator?.name : undefined;
}

export function only(node: GraphNode, name: string): GraphNode | undefined {
  return kindOf(node) === name ? node.inputs[0] : undefined;
}

/** The two factors of a product, in both orders. */
export function factorsOf(node: GraphNode): readonly (readonly [GraphNode, GraphNode])[] {
  if (kindOf(node) !== 'Mul') return [];
  const [a, b] = node.inputs as [GraphNode, GraphNode];
  return [
    [a, b],
    [b, a],
  ];
}

/** The other factor, if a node is the product of the given number and another node. */
export function scaledBy(node: GraphNode, factor: number, known: Constant): GraphNode | undefined {
  const found = factorsOf(node).find(([, other]) => isClose(known(other), factor));
  return found?.[0];
}

export function plusOne(node: GraphNode, known: Constant): GraphNode | undefined {
  if (kindOf(node) !== 'Add') return undefined;
  const [a, b] = node.inputs as [GraphNode, GraphNode];
  if (isClose(known(b), 1)) return a;
  return isClose(known(a), 1) ? b : undefined;
}

/** Whether two nodes are the same value. Each use of a reshaped tensor has its own node. */
export function isSame(a: GraphNode, b: GraphNode): boolean {
  if (a === b) return true;
  const reshaped = kindOf(a) === 'Reshape' && kindOf(b) === 'Reshape';
  return reshaped && a.inputs[0] === b.inputs[0] && a.shape.join() === b.shape.join();
}

/** Whether two numbers are equal within float32 precision. */
export const isClose = (value: number | undefined, expected: number): boolean =>
  value === anyNumber || (value !== undefined && Math.abs(value - expected) < 1e-7 * expected);
