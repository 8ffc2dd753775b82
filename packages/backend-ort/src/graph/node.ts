import type { Attribute, Attributes } from '@shroom/formats';

/** The dtypes that the graph supports. The fallback handles `complex64` and `string`. */
export type NumericType = 'float32' | 'int32' | 'bool';
export type HostArray = Float32Array | Int32Array | Uint8Array;
export type Shape = readonly number[];

/** What a node computes: its name, and how it is written as ONNX nodes. It is independent of the type of the writer. */
export interface NodeOperator<Writer extends object = object> {
  readonly name: string;
  /** Adds the ONNX nodes of `node`, and tells the writer the name of its value. Its inputs were written before. */
  lower(graph: Writer, node: GraphNode): void;
}

let created = 0;
const signatures = new Map<string, number>();

/**
 * One value of the computation: either data in memory (a leaf), or an operator on other values that is computed when the
 * value is read. A node is immutable except for `data`, which a run fills in; then it releases its inputs.
 */
export class GraphNode {
  /** Rises with each created node, so every node has a higher number than its inputs. */
  readonly id = created++;
  /** Number of tensors that refer to this node. A run keeps only nodes that are referenced. */
  references = 0;
  data: HostArray | undefined;
  /** The error if running the node failed. Reading the node throws it again. */
  failure: Error | undefined;
  /** Whether a `tf.Variable` holds this leaf. Its value will change, so it is never compiled into a model by value. */
  variable = false;
  /** Whether the data of this leaf came from the program, not from a run. */
  written = false;
  /** Whether `data` is an array of this backend, which the program cannot modify. */
  owned = true;
  /** Whether an asynchronous run is computing this node. */
  running = false;
  /** Number of the last run that had started when this node was used. */
  lastUse = 0;
  /**
   * Number of the last search that found this node, and below it the node's index in that search. Fields are faster than a
   * large map.
   */
  pass = 0;
  number = 0;
  /** Equal numbers mean equal operator, attributes, dtype and shape. */
  readonly signature: number;
  /** Number of elements. */
  readonly size: number;
  #knownLeafSignature: number | undefined;
  /** Name of the tfjs kernel that created the node, for messages. */
  readonly kernel = kernelScope.current;

  constructor(
    readonly operator: NodeOperator | undefined,
    public inputs: readonly GraphNode[],
    readonly shape: Shape,
    readonly dtype: NumericType,
    readonly attributes: Attributes = {},
  ) {
    let size = 1;
    for (const length of shape) size *= length;
    this.size = size;
    this.signature = intern(
      `${operator?.name}${describe(attributes)}${dtype === 'float32' ? '' : dtype}[${shape}]`,
    );
  }

  /**
   * Whether other nodes may use its inputs instead of it. When it is being computed, its inputs are released if nothing
   * else holds them.
   */
  get isTransparent(): boolean {
    return this.data === undefined && !this.running && this.inputs.length > 0;
  }

  /** Equal numbers mean equal dtype and shape, regardless of how the value was computed. */
  get leafSignature(): number {
    this.#knownLeafSignature ??= intern(`${this.dtype}[${this.shape}]`);
    return this.#knownLeafSignature;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** The tfjs kernel that is currently translated. */
export const kernelScope = { current: '' };

/** Number of nodes created so far. */
export function nodesCreated(): number {
  return created;
}

/** A node whose value is known. */
export function leaf(data: HostArray, shape: Shape, dtype: NumericType): GraphNode {
  const node = new GraphNode(undefined, [], shape, dtype);
  node.data = data;
  return node;
}

function intern(text: string): number {
  let number = signatures.get(text);
  if (number === undefined) {
    number = signatures.size;
    signatures.set(text, number);
  }
  return number;
}

function describe(attributes: Attributes): string {
  let text = '';
  for (const name in attributes) {
    const value = attributes[name] as Attribute;
    text += `,${name}=${typeof value === 'object' && 'float' in value ? exact(value.float) : value}`;
  }
  return text;
}

/** A number as text, which distinguishes 0 from -0. */
function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
