import {
  depthwiseConv2d,
  pad,
  reshape,
  reverse,
  slice,
  sum,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

/** Settings of a depthwise convolution without dilation. */
export interface DepthwiseConvolution {
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid' | number;
}

/**
 * Gradient of a depthwise convolution with respect to its input, for engines that lack a kernel for it, such as `wasm`. It is the
 * convolution of `dy` with the filter turned around.
 *
 * @param dy `[N, h, w, C * multiplier]`.
 * @param filter `[height, width, C, multiplier]`.
 * @param shape Shape of the input, `[N, H, W, C]`.
 */
export function depthwiseByInput(
  dy: Tensor4D,
  filter: Tensor4D,
  shape: Tensor4D['shape'],
  { strides, pad: padding }: DepthwiseConvolution,
): Tensor4D {
  const [height, width, channels, multiplier] = filter.shape;
  const [count, rows, columns] = dy.shape;
  const side = (axis: 0 | 1, length: number, kernel: number, places: number) => {
    const spread = (places - 1) * strides[axis] + 1;
    const whole = Math.max(0, spread - 1 + kernel - length);
    const before = padding === 'same' ? Math.floor(whole / 2) : padding === 'valid' ? 0 : padding;
    return [kernel - 1 - before, length + before - spread] as [number, number];
  };
  const apart = spreadPlaces(dy, strides);
  const padded = pad(apart, [
    [0, 0],
    side(0, shape[1], height, rows),
    side(1, shape[2], width, columns),
    [0, 0],
  ]);
  const turned = reshape(reverse(filter, [0, 1]), [height, width, channels * multiplier, 1]);
  const all = depthwiseConv2d(padded, turned as Tensor4D, 1, 'valid');
  if (multiplier === 1) return all;
  return sum(reshape(all, [count, shape[1], shape[2], channels, multiplier]), 4) as Tensor4D;
}

/** Inserts zeros between the places of a map, so that they are as far apart as the steps of a convolution. */
function spreadPlaces(map: Tensor4D, [down, across]: readonly [number, number]): Tensor4D {
  if (down === 1 && across === 1) return map;
  const [count, rows, columns, channels] = map.shape;
  const apart = pad(reshape(map, [count * rows, 1, columns, 1, channels]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const whole = reshape(apart, [count, rows * down, columns * across, channels]) as Tensor4D;
  const size = [count, (rows - 1) * down + 1, (columns - 1) * across + 1, channels];
  return slice(whole, [0, 0, 0, 0], size);
}
