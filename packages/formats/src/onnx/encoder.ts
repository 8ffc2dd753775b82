import { Message } from '../protobuf/message';
import {
  type Attribute,
  type Body,
  elementTypes,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './model';

/**
 * Constants of at least this many bytes are stored beside the model. `int64` constants stay in the model: they are sizes, positions and
 * paddings, which ONNX Runtime reads before it loads the data beside the model.
 */
const largeBytes = 4096;

/** The value of `TensorProto.data_location` for data outside the model file. */
const externalLocation = 1;

/** The largest protocol buffer, in bytes. Readers refuse larger ones. */
const mostBytes = 2 ** 31 - 1;

/** The parts of an ONNX file other than its graph. */
export interface OnnxFacts {
  /** Version of the ONNX file format. */
  readonly irVersion: number;
  /** Version of each operator set, by the set's domain. The domain of the ONNX standard is `''`. */
  readonly operatorSets: Readonly<Record<string, number>>;
  /** Name of the program that writes the file. */
  readonly producer: string;
  /** Keys and texts that are stored with the model. */
  readonly metadata?: readonly (readonly [key: string, value: string])[];
}

/** Where the bytes of a constant are, if they are not in the ONNX file. */
export interface OnnxPlace {
  /** Name of the file, which is in the folder of the ONNX file. */
  readonly location: string;
  /** Position of the first byte. Default 0. */
  readonly offset?: number;
  /** Number of bytes. Default: all of the file. */
  readonly length?: number;
}

/** An ONNX file, and the data of the large constants that it refers to. */
export interface EncodedModel {
  /** The content of the ONNX file. */
  readonly bytes: Uint8Array;
  /** Data of the large constants, by the file name under which the model looks for them. */
  readonly weights: ReadonlyMap<string, Uint8Array>;
}

/**
 * The length of one axis of a tensor: a number, or a name if any length is allowed.
 *
 * @example
 * ```ts
 * const shape: Dimension[] = ['batch', 224, 224, 3];
 * new OnnxGraph().input({ name: 'images', type: 'float32', shape });
 * ```
 */
export type Dimension = number | string;

/**
 * Encodes a model as the bytes of an ONNX file.
 *
 * @param large Where large constants are stored: inside the ONNX file, or in `weights`, to be saved in files beside the ONNX file.
 * @throws RangeError when the file would be larger than 2 GiB, which no reader accepts.
 * @example
 * ```ts
 * const model = new OnnxModel();
 * const x = model.input('float32', [1, 3]);
 * model.output(model.add('Relu', [x]), 'float32', [1, 3]);
 * const { bytes } = encodeOnnx(model, 'inside', { irVersion: 8, operatorSets: { '': 17 }, producer: 'me' });
 * ```
 */
export function encodeOnnx(
  model: OnnxModel,
  large: 'inside' | 'beside',
  facts: OnnxFacts,
): EncodedModel {
  const weights = new Map<string, Uint8Array>();
  const beside = ({ name, bytes }: OnnxTensor): OnnxPlace => {
    weights.set(name, bytes);
    return { location: name };
  };
  const graph = graphOf(model, large === 'beside' ? beside : undefined);
  return { bytes: graph.toBytes(facts), weights };
}

function graphOf(model: OnnxModel, beside?: (tensor: OnnxTensor) => OnnxPlace): OnnxGraph {
  const graph = new OnnxGraph(beside);
  for (const node of model.nodes) graph.node(node);
  graph.named('graph');
  for (const tensor of model.constants) graph.constant(tensor);
  for (const value of model.inputs) graph.input(value);
  for (const value of model.outputs) graph.output(value);
  return graph;
}

/**
 * Writes an ONNX graph part by part, with the nodes in the order in which they compute. The field numbers are those of `onnx.proto`.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * @example
 * ```ts
 * const graph = new OnnxGraph();
 * graph.node({ name: 'relu', type: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} });
 * graph.named('graph');
 * graph.input({ name: 'x', type: 'float32', shape: ['batch', 3] });
 * graph.output({ name: 'y', type: 'float32', shape: ['batch', 3] });
 * const file = graph.toBytes({ irVersion: 8, operatorSets: { '': 17 }, producer: 'me' });
 * ```
 */
export class OnnxGraph {
  readonly #message = new Message();
  readonly #beside: ((tensor: OnnxTensor) => OnnxPlace) | undefined;

  /**
   * @param beside Stores the data of a large constant elsewhere and says where. The ONNX file then stores only a reference to it. Default:
   * all constants are stored in the ONNX file.
   */
  constructor(beside?: (tensor: OnnxTensor) => OnnxPlace) {
    this.#beside = beside;
  }

  named(name: string): void {
    this.#message.string(2, name);
  }

  node(node: OnnxNode): void {
    const message = new Message();
    for (const input of node.inputs) message.string(1, input);
    for (const output of node.outputs) message.string(2, output);
    message.string(3, node.name).string(4, node.type);
    for (const [name, value] of Object.entries(node.attributes))
      message.message(5, encodeAttribute(name, value));
    if (node.domain !== '') message.string(7, node.domain);
    this.#message.message(1, message);
  }

  constant(tensor: OnnxTensor): void {
    const { name, type, shape, bytes } = tensor;
    const message = new Message();
    for (const size of shape) message.integer(1, size);
    message.integer(2, elementTypes[type]).string(8, name);
    if (!this.#beside || type === 'int64' || bytes.byteLength < largeBytes) message.bytes(9, bytes);
    else {
      for (const [key, value] of Object.entries(this.#beside(tensor)))
        message.message(13, encodeEntry(key, `${value}`));
      message.integer(14, externalLocation);
    }
    this.#message.message(5, message);
  }

  input(value: Value): void {
    this.#message.message(11, encodeValue(value));
  }

  output(value: Value): void {
    this.#message.message(12, encodeValue(value));
  }

  /** @throws RangeError when the file would be larger than 2 GiB, which no reader accepts. */
  toBytes({ irVersion, operatorSets, producer, metadata = [] }: OnnxFacts): Uint8Array {
    const model = new Message().integer(1, irVersion).string(2, producer).message(7, this.#message);
    for (const [domain, version] of Object.entries(operatorSets))
      model.message(8, new Message().string(1, domain).integer(2, version));
    for (const [key, value] of metadata) model.message(14, encodeEntry(key, value));
    if (model.byteLength > mostBytes) {
      throw new RangeError(
        `An ONNX file holds at most ${mostBytes} bytes, not ${model.byteLength}. Store weights in fewer bits, or beside it.`,
      );
    }
    return model.toBytes();
  }

  /** The graph as a message, for an attribute of a node of another graph. */
  get message(): Message {
    return this.#message;
  }
}

type Value = Pick<OnnxValue, 'name' | 'type'> & { readonly shape: readonly Dimension[] };

function encodeAttribute(name: string, value: Attribute | Body): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.string(4, value).integer(20, 3);
  if ('graph' in value) return message.message(6, graphOf(value.graph).message).integer(20, 5);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function encodeEntry(key: string, value: string): Message {
  return new Message().string(1, key).string(2, value);
}

function encodeValue({ name, type, shape }: Value): Message {
  const sides = new Message();
  for (const side of shape) {
    const dimension = new Message();
    if (typeof side === 'number') dimension.integer(1, side);
    else dimension.string(2, side);
    sides.message(1, dimension);
  }
  const tensor = new Message().integer(1, elementTypes[type]).message(2, sides);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
