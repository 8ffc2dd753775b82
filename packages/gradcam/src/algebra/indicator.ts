import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

/**
 * Returns `[R, count]`: each row has a 1 at the row's index and 0 elsewhere. If the index is `count`, the whole row is 0.
 *
 * TensorFlow.js's `oneHot` requires a count of at least 2, but a model may have only one output.
 */
export function indicator(indices: readonly number[], count: number): Tensor2D {
  const values = new Float32Array(indices.length * count);
  indices.forEach((index, row) => {
    if (index < count) values[row * count + index] = 1;
  });
  return tensor2d(values, [indices.length, count]);
}
