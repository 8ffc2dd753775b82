import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/**
 * The smallest and the largest value that each layer computes, by the layer's name. The network's input is `images`.
 *
 * @example
 * ```ts
 * const ranges: ActivationRanges = new Map([
 *   ['images', [-2.2, 2.7]],
 *   ['conv1', [0, 6]],
 * ]);
 * ```
 */
export type ActivationRanges = ReadonlyMap<string, readonly [low: number, high: number]>;

/** The name of a value's range: that of its layer. An input has one name, since TensorFlow.js numbers inputs in the order of their creation. */
export const rangeName = ({ sourceLayer }: SymbolicTensor): string =>
  sourceLayer.getClassName() === 'InputLayer' ? 'images' : sourceLayer.name;

/** How numbers are stored in 8 bits: `integer = round(value / scale) + zeroPoint`, 0 to 255. */
export interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * The network cannot be written with integers: no layer of it computes with integers, ranges are missing, or they are no finite numbers.
 *
 * @example
 * ```ts
 * try {
 *   await exportInt8Onnx(model, new Map());
 * } catch (error) {
 *   if (error instanceof CalibrationError) console.error(error.message); // conv1: there is no range of its values ...
 *   else throw error;
 * }
 * ```
 */
export class CalibrationError extends Error {
  override readonly name = 'CalibrationError';
}

/** Steps between the smallest and the largest integer. */
const steps = 255;

/**
 * The scale of a layer's values. Zero has an integer of its own, because convolutions put zeros around maps.
 *
 * @throws CalibrationError when there is no range of this layer, or it is no range of finite numbers.
 */
export function scaleOf(layer: string, ranges: ActivationRanges): Scale {
  const range = ranges.get(layer);
  if (!range)
    throw new CalibrationError(
      `${layer}: there is no range of its values. Calibrate this network, with the same option products.`,
    );
  const [low, high] = range;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw new CalibrationError(
      `${layer}: its values should range from one finite number to another, not from ${low} to ${high}.`,
    );
  const [least, most] = [Math.min(0, low), Math.max(0, high)];
  const scale = Math.fround((most - least) / steps) || 1;
  return { scale, zeroPoint: Math.min(steps, Math.round((0 - least) / scale)) };
}
