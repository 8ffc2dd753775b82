import { Message } from './message';
import {
  type Attribute,
  type Body,
  elementTypes,
  MICROSOFT,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './model';

/** Operator set 20 with intermediate representation 9: known to ONNX Runtime since 1.17. */
const OPSET = 20;
const IR_VERSION = 9;

/** Constants of at least so many bytes stay beside the model. */
const LARGE_BYTES = 4096;

/** Where a constant's data is kept that is not in `TensorProto.raw_data`. */
const EXTERNAL = 1;

/** A model, and the large constants that it names. */
export interface EncodedModel {
  /** Those of an ONNX file. */
  readonly bytes: Uint8Array;
  /** Data of constants, each by the name of the file in which the model looks for it. */
  readonly weights: ReadonlyMap<string, Uint8Array>;
}

/**
 * A model as the bytes of an ONNX file. The field numbers are those of `onnx.proto`.
 *
 * @param large where large constants are: copied into the bytes, or where they were, beside them.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeModel(model: OnnxModel, large: 'inside' | 'beside'): EncodedModel {
  const weights = new Map<string, Uint8Array>();
  const bytes = new Message()
    .integer(1, IR_VERSION)
    .string(2, 'shroom-backend-ort')
    .message(7, encodeGraph(model, large === 'beside' ? weights : undefined))
    .message(8, new Message().string(1, '').integer(2, OPSET))
    .message(8, new Message().string(1, MICROSOFT).integer(2, 1))
    .toBytes();
  return { bytes, weights };
}

function encodeGraph(model: OnnxModel, beside?: Map<string, Uint8Array>): Message {
  const graph = new Message();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.string(2, 'graph');
  for (const tensor of model.constants) graph.message(5, encodeTensor(tensor, beside));
  for (const value of model.inputs) graph.message(11, encodeValue(value));
  for (const value of model.outputs) graph.message(12, encodeValue(value));
  return graph;
}

function encodeNode(node: OnnxNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, node.name).string(4, node.type);
  for (const [name, value] of Object.entries(node.attributes)) {
    message.message(5, encodeAttribute(name, value));
  }
  if (node.domain !== '') message.string(7, node.domain);
  return message;
}

function encodeAttribute(name: string, value: Attribute | Body): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.string(4, value).integer(20, 3);
  if ('graph' in value) return message.message(6, encodeGraph(value.graph)).integer(20, 5);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function encodeTensor(tensor: OnnxTensor, beside?: Map<string, Uint8Array>): Message {
  const message = new Message();
  for (const size of tensor.shape) message.integer(1, size);
  message.integer(2, elementTypes[tensor.type]).string(8, tensor.name);
  if (!beside || tensor.bytes.byteLength < LARGE_BYTES) return message.bytes(9, tensor.bytes);
  beside.set(tensor.name, tensor.bytes);
  return message.message(13, encodeEntry('location', tensor.name)).integer(14, EXTERNAL);
}

function encodeEntry(key: string, value: string): Message {
  return new Message().string(1, key).string(2, value);
}

function encodeValue(value: OnnxValue): Message {
  const shape = new Message();
  for (const size of value.shape) shape.message(1, new Message().integer(1, size));
  const tensor = new Message().integer(1, elementTypes[value.type]).message(2, shape);
  return new Message().string(1, value.name).message(2, new Message().message(1, tensor));
}
