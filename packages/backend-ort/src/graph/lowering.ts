import {
  type Attributes,
  type ElementType,
  microsoftDomain,
  OnnxModel,
  type OnnxValue,
} from '@shroom/formats';
import type { GraphNode, HostArray, NodeOperator, Shape } from './node';

/** An operator that a {@link Lowering} writes. */
export type Operator = NodeOperator<Lowering>;

interface Place {
  plain?: string;
  channelsFirst?: string;
  /** A single number as a vector of one. */
  single?: string;
}

/**
 * Writes graph nodes as an ONNX model.
 *
 * A value of rank 3 or more may exist in two layouts: as tfjs has it (channels last) and channels first, which is what
 * ONNX convolutions and poolings want. Operators take the layout that they prefer and leave their result in one;
 * a transpose is added only where a consumer asks for the other, once per value.
 */
export class Lowering {
  readonly model = new OnnxModel();
  readonly #places = new Map<GraphNode, Place>();
  /** Leaves that are part of the model, written in the forms that are asked for. */
  readonly #baked = new Set<GraphNode>();
  /** Names of constants, by their leaf and the shape that they are turned to. */
  readonly #turnedConstants = new Map<string, string>();
  readonly #twins = new Map<string, GraphNode>();
  readonly #numbers = new Map<GraphNode, number>();
  #origin = '';

  /** Writes a node unless the same computation has been written already, whose value it then shares. */
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

  /** Writes one node, whose inputs have been written before. */
  lower(node: GraphNode): void {
    this.#origin = node.kernel;
    node.operator!.lower(this, node);
  }

  /** Writes a node in another form than its own. */
  lowerAs(node: GraphNode, form: Pick<Operator, 'lower'>): void {
    this.#origin = node.kernel;
    form.lower(this, node);
  }

  /** Tells where the value of a node is. */
  place(node: GraphNode, value: string, layout: 'plain' | 'channelsFirst' = 'plain'): void {
    this.#places.set(node, { [layout]: value });
  }

  /** Whether a node's value has been made channels first, and not in tfjs's layout. */
  isChannelsFirst(node: GraphNode): boolean {
    const place = this.#placeOf(node);
    return place.plain === undefined && place.channelsFirst !== undefined;
  }

  /** The value as tfjs orders it. */
  plain(node: GraphNode): string {
    const place = this.#placeOf(node);
    if (place.single !== undefined) place.plain ??= this.reshape(place.single, node.shape);
    place.plain ??= isTrivial(node.shape)
      ? this.reshape(place.channelsFirst!, node.shape)
      : this.add('Transpose', [place.channelsFirst!], { perm: [0, ...range(2, node.rank), 1] });
    return place.plain;
  }

  /** A single number in a shape that broadcasts to any of one axis or more. */
  broadcasting(node: GraphNode): string {
    return this.#placeOf(node).single ?? this.plain(node);
  }

  /** The value with its last axis moved to position 1. */
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

  add(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.model.add(type, inputs, attributes, this.#origin);
  }

  /** Adds an operator that ONNX Runtime has beyond the standard. */
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
   * Runs a graph on each row of its inputs.
   *
   * @param rows values of shape `[n, ...shape]`.
   * @param build writes the graph of one row, of values of `shape`, and tells its result, of the same.
   * @returns the results, `[n, ...shape]`.
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

  /** A list of 64-bit integers, as ONNX wants axes, shapes and the like. */
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

  /** Takes a leaf's data into the model. */
  bake(node: GraphNode): void {
    this.#baked.add(node);
  }

  /**
   * The weights of a convolution with their axes in another order, where they are part of the model: ONNX Runtime would need three
   * times their memory to do that itself.
   *
   * @param turn gives the numbers in that order.
   * @param shape of the result.
   * @returns `undefined` where they are not part of the model.
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

  /** Makes leaves of one number each one input together, a vector. */
  feedNumbers(leaves: readonly GraphNode[]): string {
    const name = this.model.input('float32', [leaves.length]);
    const count = leaves.length;
    const parts = this.model.addMany('Split', [name], count, { axis: 0, num_outputs: count });
    leaves.forEach((leaf, i) => {
      this.#places.set(leaf, { single: parts[i]! });
    });
    return name;
  }

  /** Makes a node's value an output of the model. */
  fetch(node: GraphNode): OnnxValue {
    this.#origin = node.kernel;
    const name = this.model.output(this.plain(node), node.dtype, node.shape);
    return { name, type: node.dtype, shape: node.shape };
  }

  /** Equal for nodes that were found to be the same computation. */
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

/** `[N, H, W, C]` to `[N, C, H, W]`, for any rank of at least 2. */
export function channelsFirstShape(shape: Shape): number[] {
  return [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)];
}

/** With one channel, or one pixel, both layouts are the same in memory. */
function isTrivial(shape: Shape): boolean {
  return shape.at(-1) === 1 || shape.slice(1, -1).every(length => length === 1);
}

/** Where an axis is after {@link channelsFirstShape}. */
export function channelsFirstAxis(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === rank - 1 ? 1 : axis + 1;
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
