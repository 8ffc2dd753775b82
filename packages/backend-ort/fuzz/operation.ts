import type * as tf from '@tensorflow/tfjs-core';
import { largestOf, type Numbers } from './numbers';
import type { Random } from './random';

/** An operation on values that were made before, with what it should give. */
export interface Step {
  readonly name: string;
  /** Numbers of the operands among the values of the program. */
  readonly inputs: readonly number[];
  readonly result: Numbers;
  run(inputs: readonly tf.Tensor[]): tf.Tensor;
}

/** The values of a program so far, to choose operands from. */
export interface Operands {
  /** A random one of a dtype. */
  choose(dtype?: Numbers['dtype']): number;
  at(index: number): Numbers;
}

/** @returns `undefined` where what was drawn does not fit. */
export type Operation = (random: Random, operands: Operands) => Step | undefined;

/** Rounding of float32. */
export const unitRoundoff = 2 ** -24;
/** Roundings that a function such as the exponential may be off by. */
export const looseness = 8;
/** Results above this are not computed with. */
const mostValue = 1e4;

export const largest = (x: Numbers): number => largestOf(x.values);

/** Whether every value is either exact or further from a jump than float32 may be from it. */
export function isApart(x: Numbers, distance: (value: number) => number): boolean {
  return x.error === 0 || x.values.every(value => Math.abs(distance(value)) > 4 * x.error);
}

/** A result with its error; `undefined` where it is too large to compute with. */
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
