/**
 * Element types, numbered as in ONNX's `TensorProto.DataType`.
 *
 * @example
 * ```ts
 * const dataType = 2; // field of a TensorProto
 * const tensor = new Message().integer(dataType, elementTypes.float16);
 * ```
 */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;

export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;
/** A graph that an operator runs, such as the body of a loop. */
export interface Body {
  readonly graph: OnnxModel;
}

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute | Body>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * The domain of the operators that ONNX Runtime adds to the ONNX standard.
 *
 * @example
 * ```ts
 * const model = new OnnxModel();
 * const x = model.input('float32', [1, 64]);
 * model.output(model.add('Gelu', [x], {}, 'block1', microsoftDomain), 'float32', [1, 64]);
 * const operatorSets = { '': 17, [microsoftDomain]: 1 };
 * const { bytes } = encodeOnnx(model, 'inside', { irVersion: 8, operatorSets, producer: 'me' });
 * ```
 */
export const microsoftDomain = 'com.microsoft';

/**
 * An ONNX model under construction: nodes in topological order, constants, inputs and outputs. Its methods choose a short
 * name for each value and return the name.
 *
 * @example
 * ```ts
 * const model = new OnnxModel();
 * const x = model.input('float32', [1, 3]);
 * const values = Float32Array.of(1, 2, 3, 4, 5, 6);
 * const w = model.constant('float32', [3, 2], new Uint8Array(values.buffer));
 * model.output(model.add('MatMul', [x, w], {}, 'dense1'), 'float32', [1, 2]);
 * ```
 */
export class OnnxModel {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly #smallConstants = new Map<string, string>();
  /** Names of the nodes' outputs that are not yet outputs of the model. */
  readonly #computed = new Set<string>();
  #values = 0;
  readonly #prefix: string;

  /**
   * @param prefix beginning of every name. A {@link Body} needs a prefix of its own, so that its names
   * differ from those of the graph around it.
   */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /**
   * Adds one node to the graph.
   *
   * @param inputs names of values; an empty name leaves an optional input out.
   * @returns the name of the node's first output, or the names of all its outputs if `outputs` is given.
   */
  add(
    type: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
    origin = '',
    domain = '',
  ): string {
    const output = `${this.#prefix}v${this.#values++}`;
    const name = `${origin}/${type}_${this.nodes.length}`;
    this.nodes.push({ name, type, domain, inputs, outputs: [output], attributes });
    this.#computed.add(output);
    return output;
  }

  /** Adds a node with several outputs and returns their names. */
  addMany(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes = {},
    origin = '',
    domain = '',
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${this.#prefix}v${this.#values++}`);
    const name = `${origin}/${type}_${this.nodes.length}`;
    this.nodes.push({ name, type, domain, inputs, outputs: names, attributes });
    for (const output of names) this.#computed.add(output);
    return names;
  }

  /** Adds a constant and returns its name. Equal small constants are stored once. */
  constant(type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    const key = bytes.byteLength <= 256 ? `${type}[${shape}]${bytes.join()}` : undefined;
    const known = key === undefined ? undefined : this.#smallConstants.get(key);
    if (known !== undefined) return known;
    const name = `${this.#prefix}c${this.constants.length}`;
    this.constants.push({ name, type, shape, bytes });
    if (key !== undefined) this.#smallConstants.set(key, name);
    return name;
  }

  input(type: ElementType, shape: readonly number[]): string {
    const name = `${this.#prefix}x${this.inputs.length}`;
    this.inputs.push({ name, type, shape });
    return name;
  }

  /**
   * Makes a value an output of the model. If an operator computed the value, the operator's output is renamed. An input, a constant or a
   * value that is already an output is copied under a new name instead.
   */
  output(value: string, type: ElementType, shape: readonly number[]): string {
    if (this.#computed.delete(value)) {
      this.outputs.push({ name: value, type, shape });
      return value;
    }
    const name = `${this.#prefix}y${this.outputs.length}`;
    this.nodes.push({
      name: `output/Identity_${this.nodes.length}`,
      type: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
    this.outputs.push({ name, type, shape });
    return name;
  }
}
