import type { GraphNode } from './node';

/** The part of the graph that a run computes. */
export interface Schedule {
  /** Nodes to compute, each after its inputs. */
  readonly nodes: readonly GraphNode[];
  /** Known values that the nodes start from, in the order in which they are found. */
  readonly leaves: readonly GraphNode[];
  /** Nodes whose values are kept. */
  readonly targets: readonly GraphNode[];
  /** Equal keys mean the same computation on different numbers. */
  readonly key: string;
}

let pass = 0;

/**
 * Lists everything that the targets depend on and that is not computed yet.
 */
export function schedule(targets: readonly GraphNode[]): Schedule {
  pass++;
  const nodes: GraphNode[] = [];
  const stack: GraphNode[] = [...targets];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.pass === pass || node.data !== undefined) continue;
    node.pass = pass;
    nodes.push(node);
    for (const input of node.inputs) stack.push(input);
  }
  nodes.sort((a, b) => a.id - b.id);
  const leaves: GraphNode[] = [];
  const wanted = new Set(targets);
  const key: number[] = [];
  let computed = 0;
  for (const node of nodes) {
    key.push(wanted.has(node) ? -1 - node.signature : node.signature, node.inputs.length);
    for (const input of node.inputs) {
      if (input.pass !== pass) {
        // Nodes have the numbers 1, 2, ...; leaves have -1, -2, ... A new leaf adds its shape and dtype to the key.
        leaves.push(input);
        input.pass = pass;
        input.number = -leaves.length;
        key.push(input.number, input.leafSignature);
      } else key.push(input.number);
    }
    node.number = ++computed;
  }
  return { nodes, leaves, targets: nodes.filter(node => wanted.has(node)), key: key.join() };
}
