import type * as tf from '@tensorflow/tfjs-core';
import { largestOf, type Numbers } from './numbers';
import type { Random } from './random';

/** An operation on earlier values, with its expected result. */
export interface Step {
  readonly name: string;
  /** Indices of the operands among the values of the program. */
  readonly inputs: readonly number[];
  readonly result: Numbers;
  run(inputs: readonly tf.Tensor[]): tf.Tensor;
}

/** The values that the program has computed so far, as possible operands. */
export interface Operands {
  /** Returns the index of a random value, of the given dtype if there is one. */
  choose(dtype?: Numbers['dtype']): number;
  at(index: number): Numbers;
}

/** Draws a step. @returns `undefined` if the drawn operands do not fit the operation. */
export type Operation = (random: Random, operands: Operands) => Step | undefined;

/** Relative rounding error of float32. */
export const unitRoundoff = 2 ** -24;
/** Number of rounding errors that a function such as the exponential may have. */
export const looseness = 8;
/** Larger results are not used as operands. */
const mostValue = 1e4;

export const largest = (x: Numbers): number => largestOf(x.values);

/** Whether every value is either exact or further from a jump of the function than its float32 error. */
export function isApart(x: Numbers, distance: (value: number) => number): boolean {
  return x.error === 0 || x.values.every(value => Math.abs(distance(value)) > 4 * x.error);
}

/** A result with its rounding error; `undefined` if it is too large to be an operand. */
export function rounded(
  { shape, values }: Pick<Numbers, 'shape' | 'values'>,
  error: number,
  units = 1,
): Numbers | undefined {
  const most = largestOf(values);
  if (!(most <= mostValue)) return undefined;
  const exact = error === 0 && values.every(value => Math.fround(value) === value);
  return {
    shape,
    values,
    dtype: 'float32',
    error: exact && units <= 1 ? 0 : error + units * unitRoundoff * most,
  };
}
