/** Element types, numbered as in ONNX's `TensorProto.DataType`. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
} as const;

export type ElementType = keyof typeof elementTypes;

export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
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

/** Operators that ONNX Runtime adds to the standard. */
export const MICROSOFT = 'com.microsoft';

/**
 * An ONNX model under construction: nodes in topological order, constants, inputs and outputs.
 * Names of values are short and made here.
 */
export class OnnxModel {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  private readonly smallConstants = new Map<string, string>();
  private values = 0;

  /**
   * Adds one node.
   *
   * @param inputs names of values; an empty name leaves an optional input out.
   * @returns the name of its first output, or of all when `outputs` is given.
   */
  add(
    type: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    origin = '',
    domain = '',
  ): string {
    const output = `v${this.values++}`;
    const name = `${origin}/${type}_${this.nodes.length}`;
    this.nodes.push({ name, type, domain, inputs, outputs: [output], attributes });
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
    const names = Array.from({ length: outputs }, () => `v${this.values++}`);
    const name = `${origin}/${type}_${this.nodes.length}`;
    this.nodes.push({ name, type, domain, inputs, outputs: names, attributes });
    return names;
  }

  /** A constant; equal small ones are shared. */
  constant(type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    const key = bytes.byteLength <= 256 ? `${type}[${shape}]${bytes.join()}` : undefined;
    const known = key === undefined ? undefined : this.smallConstants.get(key);
    if (known !== undefined) return known;
    const name = `c${this.constants.length}`;
    this.constants.push({ name, type, shape, bytes });
    if (key !== undefined) this.smallConstants.set(key, name);
    return name;
  }

  input(type: ElementType, shape: readonly number[]): string {
    const name = `x${this.inputs.length}`;
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** Makes a value an output of the model under a name of its own. */
  output(value: string, type: ElementType, shape: readonly number[]): string {
    const name = `y${this.outputs.length}`;
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
