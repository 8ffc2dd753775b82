import { Message } from './message';

/** Numbers of ONNX' element types. */
const elementTypes = { float32: 1, int8: 3, int64: 7, float16: 10 } as const;
export type ElementType = keyof typeof elementTypes;

/** Whole numbers, or lists of them, and floating-point numbers. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** A side of a tensor: its length, or a name where any length is fine. */
export type Dimension = number | string;

/** LayerNormalization is known since operator set 17, which ONNX Runtime 1.12 and every later one has. */
const OPERATOR_SET = 17;
const IR_VERSION = 8;

/**
 * An ONNX model being written: nodes in the order in which they compute, constants, inputs and outputs. The numbers of
 * fields are those of onnx.proto.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export class OnnxModel {
  readonly #graph = new Message();
  readonly #metadata: [string, string][] = [];
  readonly #constants = new Set<string>();
  #values = 0;

  /** Adds a node with one output. @returns the name of the output. */
  add(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `v${this.#values++}`,
  ): string {
    const node = new Message();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(3, `${type}:${output}`).string(4, type);
    for (const [name, value] of Object.entries(attributes))
      node.message(5, encodeAttribute(name, value));
    this.#graph.message(1, node);
    return output;
  }

  /** Adds a constant; one of a name that is there already is that one. @returns its name. */
  constant(name: string, type: ElementType, shape: readonly number[], values: ArrayView): string {
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    const tensor = new Message();
    for (const side of shape) tensor.integer(1, side);
    const { buffer, byteOffset, byteLength } = values;
    tensor.integer(2, elementTypes[type]).string(8, name);
    tensor.bytes(9, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    this.#graph.message(5, tensor);
    return name;
  }

  input(name: string, shape: readonly Dimension[]): void {
    this.#graph.message(11, encodeValue(name, shape));
  }

  output(name: string, shape: readonly Dimension[]): void {
    this.#graph.message(12, encodeValue(name, shape));
  }

  /** Text that travels with the model. */
  describe(key: string, value: string): void {
    this.#metadata.push([key, value]);
  }

  toBytes(): Uint8Array {
    this.#graph.string(2, 'network');
    const model = new Message()
      .integer(1, IR_VERSION)
      .string(2, '@shroom/models')
      .message(7, this.#graph)
      .message(8, new Message().string(1, '').integer(2, OPERATOR_SET));
    for (const [key, value] of this.#metadata)
      model.message(14, new Message().string(1, key).string(2, value));
    return model.toBytes();
  }
}

type ArrayView = Pick<Uint8Array, 'buffer' | 'byteOffset' | 'byteLength'>;

function encodeAttribute(name: string, value: Attribute): Message {
  const attribute = new Message().string(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, 2);
  if ('float' in value) return attribute.float(2, value.float).integer(20, 1);
  for (const item of value) attribute.integer(8, item);
  return attribute.integer(20, 7);
}

function encodeValue(name: string, shape: readonly Dimension[]): Message {
  const sides = new Message();
  for (const side of shape) {
    const dimension = new Message();
    sides.message(
      1,
      typeof side === 'number' ? dimension.integer(1, side) : dimension.string(2, side),
    );
  }
  const tensor = new Message().integer(1, elementTypes.float32).message(2, sides);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
