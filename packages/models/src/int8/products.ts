import type { Call } from '../onnx/call';
import type { OnnxModel } from '../onnx/model';
import { activated, operators, windowed } from '../onnx/operators';
import { type OnnxWeights, toOnnxLayout } from '../onnx/weights';
import type { Integers } from './integers';
import { isMaximum } from './plan';

/** One layer, to be written with integers where it computes with them. */
interface Int8Call extends Call {
  readonly int8: Integers;
}

type Int8Operator = (call: Int8Call) => string | Promise<string>;

/** The largest integer that a bias may become, so that the sum of all products still has 32 bits. */
const mostBias = 2 ** 30;

/**
 * Rounds weights to integers from -127 to 127, with one scale for each output channel: the largest magnitude of a channel becomes 127.
 *
 * @param least The smallest scale of each channel.
 * @see Jacob et al. 2018. https://arxiv.org/abs/1712.05877
 */
export function roundWeights(
  { shape, values }: OnnxWeights,
  least: Float32Array,
): { readonly integers: Int8Array; readonly scales: Float32Array } {
  const channels = shape[0]!;
  const size = values.length / channels;
  const integers = new Int8Array(values.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const own = values.subarray(channel * size, (channel + 1) * size);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.fround(Math.max(largest / 127, least[channel]!)) || 1;
    scales[channel] = scale;
    for (let k = 0; k < size; k++)
      integers[channel * size + k] = Math.max(-127, Math.min(127, Math.round(own[k]! / scale)));
  }
  return { integers, scales };
}

interface Rounded {
  readonly name: string;
  readonly type: 'int8' | 'int32';
  readonly shape: readonly number[];
  readonly integers: Int8Array | Int32Array;
  readonly scales: Float32Array;
  /** The axis of the output channels. */
  readonly axis: number;
}

/** Writes integers with a scale for each channel. @returns The name of the numbers that they stand for. */
function dequantized(onnx: OnnxModel, { name, type, shape, integers, scales, axis }: Rounded) {
  const inputs = [
    onnx.constant(name, type, shape, integers),
    onnx.constant(`${name}.scale`, 'float32', [scales.length], scales),
  ];
  return onnx.add('DequantizeLinear', inputs, { axis });
}

/** Writes the weights of a convolution as integers, and its bias as integers in units of the products. */
function parameters(call: Int8Call, part: string, input: number): string[] {
  const { onnx, layer, path, weights } = call;
  const own = weights.get(part)!;
  const kernel = toOnnxLayout(`${layer.name}/${part}`, own.shape, own.values);
  const channels = kernel.shape[0]!;
  const bias = weights.get('bias')?.values ?? new Float32Array(channels);
  const least = bias.map(value => Math.abs(value) / (input * mostBias));
  const { integers, scales } = roundWeights(kernel, least);
  const units = scales.map(scale => scale * input);
  const counts = Int32Array.from(bias, (value, k) => Math.round(value / units[k]!));
  return [
    dequantized(onnx, {
      ...{ name: `${path}.weight`, type: 'int8', shape: kernel.shape },
      ...{ integers, scales, axis: 0 },
    }),
    dequantized(onnx, {
      ...{ name: `${path}.bias`, type: 'int32', shape: [channels] },
      ...{ integers: counts, scales: units, axis: 0 },
    }),
  ];
}

const convolution: Int8Operator = call => {
  const { onnx, config, inputs, int8 } = call;
  const part = call.weights.has('depthwise_kernel') ? 'depthwise_kernel' : 'kernel';
  const group = part === 'kernel' ? 1 : inputs[0]!.shape[3]!;
  const { scale } = int8.scaleOf(inputs[0]!.name)!;
  const names = [inputs[0]!.name, ...parameters(call, part, scale)];
  return activated(call, onnx.add('Conv', names, { ...windowed(call), group }), config.activation);
};

/** Writes a dense layer on a map or on tokens as a product with its channels last, whose result has 32 bits. */
const dense: Int8Operator = call => {
  const { onnx, path, layer, inputs, weights, config } = call;
  const { shape, values } = weights.get('kernel')!;
  const [rows, columns] = shape as [number, number];
  const kernel = toOnnxLayout(`${layer.name}/kernel`, shape, values);
  const { integers, scales } = roundWeights(kernel, new Float32Array(columns));
  const byRow = integers.map((_, k) => integers[(k % columns) * rows + Math.floor(k / columns)]!);
  const factor = dequantized(onnx, {
    ...{ name: `${path}.weight`, type: 'int8', shape: [rows, columns] },
    ...{ integers: byRow, scales, axis: 1 },
  });
  const isMap = inputs[0]!.shape.length === 4;
  const turn = (value: string, perm: readonly number[]) =>
    isMap ? onnx.add('Transpose', [value], { perm }) : value;
  const product = onnx.add('MatMul', [turn(inputs[0]!.name, [0, 2, 3, 1]), factor]);
  const bias = weights.get('bias');
  const sum = bias
    ? onnx.add('Add', [product, onnx.constant(`${path}.bias`, 'float32', [columns], bias.values)])
    : product;
  return activated(call, turn(sum, [0, 3, 1, 2]), config.activation);
};

const products: Readonly<Record<string, Int8Operator>> = {
  Conv2D: convolution,
  DepthwiseConv2D: convolution,
  Dense: dense,
};

/** Writes a layer with integers if it computes with them, and stores its output as integers if it should be. */
const withIntegers =
  (className: string, operator: Int8Operator): Int8Operator =>
  async call => {
    const { int8, path, inputs } = call;
    const value = await (int8.products.has(path) ? products[className]! : operator)(call);
    const scale = int8.scaleOf(inputs[0]!.name);
    return isMaximum(className) && scale ? int8.storeAs(value, scale) : int8.store(path, value);
  };

/** Operators for all layers that can be written, by class name. */
export const int8Operators: Readonly<Record<string, Int8Operator>> =
  /* @__PURE__ */ Object.fromEntries(
    /* @__PURE__ */ Object.entries(operators).map(([name, operator]) => [
      name,
      /* @__PURE__ */ withIntegers(name, operator),
    ]),
  );
