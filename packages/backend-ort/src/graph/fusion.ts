import type { Lowering } from './lowering';
import type { GraphNode } from './node';

/** Several nodes that are written as one operator, or in a shorter form. */
export interface Fusion {
  /** The inputs of the fused form. */
  readonly inputs: readonly GraphNode[];
  /** Writes the fused form. Its value is that of the last of the nodes. */
  lower(graph: Lowering, node: GraphNode): void;
  /** Nodes that only the last node needs, so they are not written. */
  readonly absorbed: readonly GraphNode[];
}
