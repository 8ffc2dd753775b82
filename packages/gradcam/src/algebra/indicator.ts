import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

/**
 * Rows `[R, count]` of 0 with a 1 at each row's index; a row of 0 where the index is `count`.
 *
 * TensorFlow.js's `oneHot` needs a count of at least 2, and a model may have one output.
 */
export function indicator(indices: readonly number[], count: number): Tensor2D {
  const values = new Float32Array(indices.length * count);
  indices.forEach((index, row) => {
    if (index < count) values[row * count + index] = 1;
  });
  return tensor2d(values, [indices.length, count]);
}
