import type { GraphNode } from '../graph/node';
import { elementwise } from './elementwise';

export function multiply(a: GraphNode, b: GraphNode): GraphNode {
  return elementwise('Mul', [a, b]);
}

export function add(a: GraphNode, b: GraphNode): GraphNode {
  return elementwise('Add', [a, b]);
}

export function subtract(a: GraphNode, b: GraphNode): GraphNode {
  return elementwise('Sub', [a, b]);
}

export function divide(a: GraphNode, b: GraphNode): GraphNode {
  return elementwise('Div', [a, b]);
}

export function compare(
  type: 'Greater' | 'Less' | 'Equal' | 'GreaterOrEqual' | 'LessOrEqual',
  a: GraphNode,
  b: GraphNode,
): GraphNode {
  return elementwise(type, [a, b], {}, 'bool');
}

/** `condition ? a : b`. Both values have the same dtype, which is not `bool`. */
export function where(condition: GraphNode, a: GraphNode, b: GraphNode): GraphNode {
  return elementwise('Where', [condition, a, b], {}, a.dtype);
}

/** Reciprocal square root. */
export function rsqrt(x: GraphNode): GraphNode {
  return elementwise('Reciprocal', [elementwise('Sqrt', [x])]);
}
