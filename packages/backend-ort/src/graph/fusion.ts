import type { Lowering } from './lowering';
import type { GraphNode } from './node';

/** Several nodes that are written as one operator, or in a shorter form. */
export interface Fusion {
  /** What the form is computed from. */
  readonly inputs: readonly GraphNode[];
  /** Writes the form, whose value is that of the last of the nodes. */
  lower(graph: Lowering, node: GraphNode): void;
  /** Nodes that only the last one needs, and that need not be written. */
  readonly absorbed: readonly GraphNode[];
}
