import type { Attribute, Attributes } from '@shroom/formats';

/** The dtypes that live in the graph; `complex64` and `string` stay with the fallback. */
export type NumericType = 'float32' | 'int32' | 'bool';
export type HostArray = Float32Array | Int32Array | Uint8Array;
export type Shape = readonly number[];

/** What a node computes: a name, and how it is written as ONNX nodes. A node need not know what they are written with. */
export interface NodeOperator<Writer extends object = object> {
  readonly name: string;
  /** Adds the ONNX nodes of `node` and tells the writer where its value is. Its inputs are lowered already. */
  lower(graph: Writer, node: GraphNode): void;
}

let created = 0;
const signatures = new Map<string, number>();

/**
 * One value of the computation: either data in memory (a leaf) or an operator on other values, computed when somebody
 * reads it. Immutable but for `data`, which is filled in by a run; the inputs are then let go.
 */
export class GraphNode {
  /** Rises with creation: an order in which every node comes after its inputs. */
  readonly id = created++;
  /** Number of tensors' data that is this node. Only nodes that are referenced are kept by a run. */
  references = 0;
  data: HostArray | undefined;
  /** Set when running it failed: reading throws this again. */
  failure: Error | undefined;
  /** A leaf that a `tf.Variable` holds: it will change, so that it is never baked into a model by value. */
  variable = false;
  /** A leaf whose data came from the program, not from a run. */
  written = false;
  /** Whether `data` is an array of our own, which the program cannot change behind our back. */
  owned = true;
  /** Set while a run computes it that is waited for. */
  running = false;
  /** The last run that had started when somebody computed with this node. */
  lastUse = 0;
  /** The last search that met the node, and its number in it: fields are quicker than a map of thousands of nodes. */
  pass = 0;
  number = 0;
  /** Equal numbers mean equal operator, attributes, dtype and shape. */
  readonly signature: number;
  /** Numbers that it holds. */
  readonly size: number;
  #knownLeafSignature: number | undefined;
  /** Name of the tfjs kernel that made it, for messages. */
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

  /** Whether others may compute with its inputs instead of it. Once it is being computed they go, if nobody holds them. */
  get isTransparent(): boolean {
    return this.data === undefined && !this.running && this.inputs.length > 0;
  }

  /** Equal numbers mean equal dtype and shape, however the value came about. */
  get leafSignature(): number {
    this.#knownLeafSignature ??= intern(`${this.dtype}[${this.shape}]`);
    return this.#knownLeafSignature;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** The tfjs kernel that is being translated. */
export const kernelScope = { current: '' };

/** Nodes made so far. */
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

/** A number's text, in which the two zeros differ. */
function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
