import type { GraphNode } from './node';

/** The part of the graph that a run computes. */
export interface Schedule {
  /** Nodes to compute, each after its inputs. */
  readonly nodes: readonly GraphNode[];
  /** Known values that they start from, in the order in which they are met. */
  readonly leaves: readonly GraphNode[];
  /** Nodes whose values are kept. */
  readonly targets: readonly GraphNode[];
  /** Equal keys mean the same computation on other numbers. */
  readonly key: string;
}

/**
 * Everything that the targets depend on and that is not known yet.
 */
export function schedule(targets: readonly GraphNode[]): Schedule {
  const found = new Set<GraphNode>();
  const stack: GraphNode[] = [...targets];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (found.has(node) || node.data !== undefined) continue;
    found.add(node);
    for (const input of node.inputs) stack.push(input);
  }
  const nodes = [...found].sort((a, b) => a.id - b.id);
  const leaves: GraphNode[] = [];
  const numbers = new Map<GraphNode, number>();
  const wanted = new Set(targets);
  const key: number[] = [];
  for (const node of nodes) {
    key.push(wanted.has(node) ? -1 - node.signature : node.signature, node.inputs.length);
    for (const input of node.inputs) {
      let number = numbers.get(input);
      if (number === undefined) {
        leaves.push(input);
        number = -leaves.length;
        numbers.set(input, number);
        // A new leaf tells its own shape and dtype.
        key.push(number, input.leafSignature);
      } else key.push(number);
    }
    // Numbers of nodes count from 1, those of leaves from -1.
    numbers.set(node, numbers.size - leaves.length + 1);
  }
  return { nodes, leaves, targets: nodes.filter(node => wanted.has(node)), key: key.join() };
}
