import { toHalf } from '@shroom/formats';
import { pytorchDialect } from '../weights/dialect';
import { layoutOf } from '../weights/layout';
import type { OnnxModel } from './model';

/** How weights of convolutions and dense layers are stored. Biases and the weights of norms always stay in 32 bits, since they are few. */
export type WeightPrecision = 'float32' | 'float16' | 'int8';

/** ONNX lays weights out as PyTorch does, with the output channels first. */
const layoutOfOnnx = /* @__PURE__ */ pytorchDialect('torchvision', layer => layer);

/** Weights with their output channels first. */
export interface OnnxWeights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export function toOnnxLayout(
  weight: string,
  shape: readonly number[],
  values: Float32Array,
): OnnxWeights {
  const layout = layoutOf(layoutOfOnnx, weight, shape);
  return { shape: layout.shape, values: layout.toFile(values) };
}

const precisions: readonly WeightPrecision[] = ['float32', 'float16', 'int8'];

/** @throws RangeError with the list of valid precisions, when the precision is not one of them. */
export function requirePrecision(precision: WeightPrecision): void {
  if (!precisions.includes(precision))
    throw new RangeError(
      `There is no precision of weights '${precision}'; there are ${precisions.join(', ')}.`,
    );
}

/** Adds weights in the given precision. @returns The name of a value in 32 bits. */
export function addWeights(
  model: OnnxModel,
  name: string,
  { shape, values }: OnnxWeights,
  precision: WeightPrecision,
): string {
  if (precision === 'float32') return model.constant(name, 'float32', shape, values);
  if (precision === 'float16') {
    const half = model.constant(`${name}.half`, 'float16', shape, toHalf(values));
    return model.add('Cast', [half], { to: 1 }, name);
  }
  const { numbers, scales } = quantize(values, shape[0]!);
  const channels = [shape[0]!];
  const inputs = [
    model.constant(`${name}.quantized`, 'int8', shape, numbers),
    model.constant(`${name}.scale`, 'float32', channels, scales),
  ];
  return model.add('DequantizeLinear', inputs, { axis: 0 }, name);
}

/**
 * Quantizes weights to integers from -127 to 127, with one scale per output channel: the largest magnitude of a channel becomes 127.
 * @see Jacob et al. 2018. https://arxiv.org/abs/1712.05877
 */
export function quantize(
  values: Float32Array,
  channels: number,
): { numbers: Int8Array; scales: Float32Array } {
  const numbers = new Int8Array(values.length);
  const scales = new Float32Array(channels);
  const size = values.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * size;
    const own = values.subarray(start, start + size);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    scales[channel] = largest === 0 ? 1 : largest / 127;
    for (let k = 0; k < size; k++) numbers[start + k] = Math.round(own[k]! / scales[channel]!);
  }
  return { numbers, scales };
}
