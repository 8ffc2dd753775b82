import type { Tensor } from '@tensorflow/tfjs-core';
import { normal } from './backends';

/** One input of a kernel; numbers in the order of memory. */
export interface KernelInput {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: readonly number[];
}

/** What a kernel is called with. */
export interface KernelCase {
  /** By tfjs's names, or in order for kernels that take any number of them. */
  readonly inputs: Readonly<Record<string, KernelInput>> | readonly KernelInput[];
  readonly attrs?: Readonly<Record<string, unknown>>;
  /** What it should give, for a kernel that the `cpu` backend lacks. Default: what `cpu` gives. */
  readonly reference?: (...inputs: Tensor[]) => Tensor;
}

let seed = 0;

/** Numbers of a normal distribution, others for each input. */
export const some = (...shape: number[]): KernelInput => ({
  shape,
  dtype: 'float32',
  values: normal(shape, ++seed).values,
});
export const mapped = (input: KernelInput, f: (x: number) => number): KernelInput => ({
  ...input,
  values: input.values.map(f),
});
export const positive = (...shape: number[]) => mapped(some(...shape), x => Math.abs(x) + 0.1);
/** From -0.95 to 0.95. */
export const small = (...shape: number[]) => mapped(some(...shape), x => 0.95 * Math.sin(x));
export const whole = (shape: readonly number[], values: readonly number[]): KernelInput => ({
  shape,
  dtype: 'int32',
  values,
});
export const truths = (...shape: number[]): KernelInput => ({
  ...mapped(some(...shape), x => Number(x > 0)),
  dtype: 'bool',
});

/** The shape of most inputs. */
export const cube = [2, 3, 4] as const;
/** A kernel of one input. */
export const unary = (attrs?: KernelCase['attrs'], x = some(...cube)): KernelCase => ({
  inputs: { x },
  ...(attrs && { attrs }),
});
