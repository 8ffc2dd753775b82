import { mul, ones, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The same `[rows, columns]`, ready to be multiplied along its rows.
 *
 * The WebGL engine keeps 2 x 2 numbers together. If the number of rows is odd, one more row exists beside them, in which a subtraction leaves
 * numbers, and the matrix product of the engine adds it as if it were one of the rows. A product with ones makes it 0 and changes no bit of
 * the rows themselves, on any engine.
 */
export const onlyRows = <T extends Tensor>(matrix: T): T =>
  mul(matrix, ones([matrix.shape[0]!, 1]));
