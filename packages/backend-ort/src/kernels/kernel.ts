import type { GraphNode } from '../graph/node';

/** A call of a tfjs kernel on numeric tensors. */
export interface KernelCall<A = Readonly<Record<string, unknown>>> {
  /** Inputs by their names in tfjs. */
  readonly inputs: Readonly<Record<string, GraphNode>>;
  /** Inputs in order, for kernels with any number of inputs. */
  readonly list: readonly GraphNode[];
  readonly attrs: A;
}

/**
 * Translates a kernel into nodes of the graph.
 *
 * @returns its results; `undefined` if ONNX Runtime has no form for these dtypes or attributes. Then the kernel of the
 *   `cpu` backend runs instead.
 */
export type Translation = (call: KernelCall<never>) => GraphNode | readonly GraphNode[] | undefined;

export type Translations = Readonly<Record<string, Translation>>;
