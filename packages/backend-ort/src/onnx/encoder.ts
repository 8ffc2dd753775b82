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

/**
 * A model as the bytes of an ONNX file. The field numbers are those of `onnx.proto`.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  return new Message()
    .integer(1, IR_VERSION)
    .string(2, 'shroom-backend-ort')
    .message(7, encodeGraph(model))
    .message(8, new Message().string(1, '').integer(2, OPSET))
    .message(8, new Message().string(1, MICROSOFT).integer(2, 1))
    .toBytes();
}

function encodeGraph(model: OnnxModel): Message {
  const graph = new Message();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.string(2, 'graph');
  for (const tensor of model.constants) graph.message(5, encodeTensor(tensor));
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

function encodeTensor(tensor: OnnxTensor): Message {
  const message = new Message();
  for (const size of tensor.shape) message.integer(1, size);
  return message
    .integer(2, elementTypes[tensor.type])
    .string(8, tensor.name)
    .bytes(9, tensor.bytes);
}

function encodeValue(value: OnnxValue): Message {
  const shape = new Message();
  for (const size of value.shape) shape.message(1, new Message().integer(1, size));
  const tensor = new Message().integer(1, elementTypes[value.type]).message(2, shape);
  return new Message().string(1, value.name).message(2, new Message().message(1, tensor));
}
