import {
  type Attributes,
  type ElementType,
  microsoftDomain,
  OnnxModel,
  type OnnxValue,
} from '@shroom/formats';
import { blockedDomain } from '../onnx/encoder';
import { channelsFirstShape, isTrivial } from './layout';
import type { GraphNode, HostArray, NodeOperator, Shape } from './node';

/** An operator that a {@link Lowering} writes. */
export type Operator = NodeOperator<Lowering>;

interface Place {
  plain?: string;
  channelsFirst?: string;
  blocked?: string;
  /** Name of the value of a single number as a vector of length 1. */
  single?: string;
}

/**
 * Writes graph nodes as an ONNX model.
 *
 * A value of rank 3 or more may exist in two layouts: channels last, as in tfjs, and channels first, which ONNX
 * convolutions and poolings need. Operators read the layout that they prefer and leave their result in one layout. A
 * transpose is added only if a consumer needs the other layout, once per value. Depthwise convolutions read and write a third
 * layout, channels in blocks (see `runtime/blocks.ts`), which no other operator sees.
 */
export class Lowering {
  readonly model = new OnnxModel();
  readonly #places = new Map<GraphNode, Place>();
  /** Leaves that are part of the model, written in the layouts that operators need. */
  readonly #baked = new Set<GraphNode>();
  /** Names of constants by their leaf and the shape after reordering. */
  readonly #turnedConstants = new Map<string, string>();
  readonly #twins = new Map<string, GraphNode>();
  readonly #numbers = new Map<GraphNode, number>();
  #origin = '';

  /** @param channelsInBlock Number of channels in a block, if the runtime has blocks. */
  constructor(readonly channelsInBlock?: number) {}

  /** Writes a node. If the same computation was written before, the node shares its value. */
  lowerOnce(node: GraphNode): void {
    const inputs = node.inputs.map(input => this.#numberOf(input));
    const key = `${node.signature}:${inputs.join()}`;
    const twin = this.#twins.get(key);
    if (twin === undefined) {
      this.#twins.set(key, node);
      this.lower(node);
    } else {
      this.#numbers.set(node, this.#numberOf(twin));
      this.#places.set(node, this.#placeOf(twin));
    }
  }

  /** Writes one node, whose inputs were written before. */
  lower(node: GraphNode): void {
    this.#origin = node.kernel;
    node.operator!.lower(this, node);
  }

  /** Writes a node in a different form from its own. */
  lowerAs(node: GraphNode, form: Pick<Operator, 'lower'>): void {
    this.#origin = node.kernel;
    form.lower(this, node);
  }

  /** Records the name and layout of a node's value. */
  place(node: GraphNode, value: string, layout: 'plain' | 'channelsFirst' = 'plain'): void {
    this.#places.set(node, { [layout]: value });
  }

  /** Whether a node's value exists channels first, but not in tfjs's layout. */
  isChannelsFirst(node: GraphNode): boolean {
    const place = this.#placeOf(node);
    return place.plain === undefined && place.channelsFirst !== undefined;
  }

  /** The name of the value in tfjs's layout. */
  plain(node: GraphNode): string {
    const place = this.#placeOf(node);
    if (place.single !== undefined) place.plain ??= this.reshape(place.single, node.shape);
    place.plain ??= isTrivial(node.shape)
      ? this.reshape(place.channelsFirst!, node.shape)
      : this.add('Transpose', [place.channelsFirst!], { perm: [0, ...range(2, node.rank), 1] });
    return place.plain;
  }

  /** The name of a single number in a shape that broadcasts to any shape with at least one axis. */
  broadcasting(node: GraphNode): string {
    return this.#placeOf(node).single ?? this.plain(node);
  }

  /** The name of the value with its last axis moved to position 1. */
  channelsFirst(node: GraphNode): string {
    const place = this.#placeOf(node);
    if (place.channelsFirst !== undefined) return place.channelsFirst;
    const shape = node.shape;
    const plain = this.plain(node);
    place.channelsFirst = isTrivial(shape)
      ? this.reshape(plain, channelsFirstShape(shape))
      : this.add('Transpose', [plain], {
          perm: [0, shape.length - 1, ...range(1, shape.length - 1)],
        });
    return place.channelsFirst;
  }

  /** The name of the value with its channels in blocks, for ONNX Runtime of the same shape as with channels first. */
  blocked(node: GraphNode): string {
    const place = this.#placeOf(node);
    place.blocked ??= this.isChannelsFirst(node)
      ? this.addBlocked('ReorderInput', [place.channelsFirst!])
      : this.addBlocked('ReorderInput', [this.plain(node)], { channels_last: 1 });
    return place.blocked;
  }

  /** Records the name of a node's value with its channels in blocks, and reorders it to the layout of another node. */
  placeBlocked(node: GraphNode, value: string, like: GraphNode): void {
    const channels = node.shape.at(-1)!;
    if (this.isChannelsFirst(like))
      this.place(node, this.addBlocked('ReorderOutput', [value], { channels }), 'channelsFirst');
    else
      this.place(node, this.addBlocked('ReorderOutput', [value], { channels, channels_last: 1 }));
  }

  /** Adds an operator of ONNX Runtime on channels in blocks. */
  addBlocked(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.model.add(type, inputs, attributes, this.#origin, blockedDomain);
  }

  add(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.model.add(type, inputs, attributes, this.#origin);
  }

  /** Adds an operator of ONNX Runtime that is not in the ONNX standard. */
  addMicrosoft(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.model.add(type, inputs, attributes, this.#origin, microsoftDomain);
  }

  addMany(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes = {},
  ): string[] {
    return this.model.addMany(type, inputs, outputs, attributes, this.#origin);
  }

  /**
   * Runs a subgraph on each row of its inputs.
   *
   * @param rows Names of values of shape `[n, ...shape]`.
   * @param build Writes the graph for one row of shape `shape`, and returns the name of its result of the same shape.
   * @returns the name of the results, `[n, ...shape]`.
   */
  addScan(
    rows: readonly string[],
    shape: Shape,
    build: (body: OnnxModel, row: readonly string[]) => string,
  ): string {
    const graph = new OnnxModel(`b${this.model.nodes.length}_`);
    const result = build(
      graph,
      rows.map(() => graph.input('float32', shape)),
    );
    graph.output(result, 'float32', shape);
    const attributes = { body: { graph }, num_scan_inputs: rows.length };
    return this.model.add('Scan', rows, attributes, this.#origin);
  }

  reshape(value: string, shape: Shape): string {
    return this.add('Reshape', [value, this.integers(shape)], { allowzero: 1 });
  }

  /** A list of 64-bit integers, the type that ONNX uses for axes, shapes and similar arguments. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.model.constant('int64', [values.length], new Uint8Array(data.buffer));
  }

  /** A constant of floats. */
  floats(values: Float32Array, shape: Shape): string {
    return this.model.constant('float32', shape, bytesOf(values));
  }

  /** A constant scalar. */
  scalar(value: number, type: ElementType): string {
    return this.model.constant(type, [], encodeScalar(value, type));
  }

  isBaked(node: GraphNode): boolean {
    return this.#baked.has(node);
  }

  /** Adds the data of a leaf to the model. */
  bake(node: GraphNode): void {
    this.#baked.add(node);
  }

  /**
   * The weights of a convolution with their axes in a different order, if they are part of the model. If ONNX Runtime
   * reordered them itself, it would need three times their memory.
   *
   * @param turn Returns the numbers in the new order.
   * @param shape Shape of the result.
   * @returns `undefined` if the weights are not part of the model.
   */
  turned(
    node: GraphNode,
    turn: (numbers: Float32Array) => Float32Array,
    shape: Shape,
  ): string | undefined {
    if (!this.#baked.has(node)) return undefined;
    const key = `${node.id}:${shape}`;
    const known = this.#turnedConstants.get(key);
    if (known !== undefined) return known;
    const name = this.model.constant('float32', shape, bytesOf(turn(node.data as Float32Array)));
    this.#turnedConstants.set(key, name);
    return name;
  }

  /** Makes a leaf an input of the model. */
  feed(node: GraphNode): string {
    const name = this.model.input(node.dtype, node.shape);
    this.place(node, name);
    return name;
  }

  /** Makes one input, a vector, of several leaves with one number each. */
  feedNumbers(leaves: readonly GraphNode[]): string {
    const name = this.model.input('float32', [leaves.length]);
    const count = leaves.length;
    const parts = this.model.addMany('Split', [name], count, { axis: 0, num_outputs: count });
    leaves.forEach((leaf, i) => {
      this.#places.set(leaf, { single: parts[i]! });
    });
    return name;
  }

  /** Makes the value of a node an output of the model. */
  fetch(node: GraphNode): OnnxValue {
    this.#origin = node.kernel;
    const name = this.model.output(this.plain(node), node.dtype, node.shape);
    return { name, type: node.dtype, shape: node.shape };
  }

  /** Returns equal numbers for nodes that are the same computation. */
  #numberOf(node: GraphNode): number {
    return this.#numbers.get(node) ?? node.id;
  }

  #placeOf(node: GraphNode): Place {
    if (this.#baked.has(node) && !this.#places.has(node))
      this.place(node, this.model.constant(node.dtype, node.shape, bytesOf(node.data!)));
    const place = this.#places.get(node);
    if (place === undefined) {
      throw new Error(
        `backend-ort: ${node.kernel} [${node.shape}] was used before it was written into the model.`,
      );
    }
    return place;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: HostArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

function encodeScalar(value: number, type: ElementType): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.of(value).buffer);
    case 'float64':
      return new Uint8Array(Float64Array.of(value).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.of(value).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
    default:
      return Uint8Array.of(value === 0 ? 0 : 1);
  }
}
