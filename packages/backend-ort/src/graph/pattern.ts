import type { GraphNode } from './node';

/** The number that a node is in the compiled model, where it is one. */
export type Constant = (node: GraphNode) => number | undefined;

/** Stands for a number that is not looked at: it equals whatever is asked for. */
export const anyNumber = Number.POSITIVE_INFINITY;

/** The operator of a node that is still to be computed; what is known already has let go of its inputs. */
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

/** What a node is the product of with a number. */
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

/** A tensor that was reshaped is a node for each use of it. */
export function isSame(a: GraphNode, b: GraphNode): boolean {
  if (a === b) return true;
  const reshaped = kindOf(a) === 'Reshape' && kindOf(b) === 'Reshape';
  return reshaped && a.inputs[0] === b.inputs[0] && a.shape.join() === b.shape.join();
}

/** Equal as far as float32 tells. */
export const isClose = (value: number | undefined, expected: number): boolean =>
  value === anyNumber || (value !== undefined && Math.abs(value - expected) < 1e-7 * expected);
