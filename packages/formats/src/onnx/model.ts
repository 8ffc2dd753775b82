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
/** The graph that an operator runs, as a loop does with its body. */
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
 * The domain of operators that ONNX Runtime adds to the standard.
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
 * An ONNX model under construction: nodes in topological order, constants, inputs and outputs. Its methods make up a short
 * name for each value and return it.
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
  /** Values that nodes give and that are no outputs yet. */
  readonly #computed = new Set<string>();
  #values = 0;
  readonly #prefix: string;

  /** @param prefix what names begin with: those of a {@link Body} differ from those around it. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /**
   * Adds one node.
   *
   * @param inputs names of values; an empty name leaves an optional input out.
   * @returns the name of its first output, or of all when `outputs` is given.
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

  /** A constant; equal small ones are shared. */
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
   * Makes a value an output of the model. What an operator computed is written to where the output goes; an input, a constant
   * or what is an output already is copied there, under a name of its own.
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
