import * as tf from '@tensorflow/tfjs-core';
import { type Numbers, zip } from './numbers';
import { looseness, type Operation, rounded } from './operation';

/** A function of each element. */
export interface Form {
  readonly f: (...values: number[]) => number;
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Error of the result that follows from the errors of the operands, without rounding. */
  readonly error: (inputs: readonly Numbers[]) => number;
  readonly loose?: boolean;
  /** Whether the operands are far enough from points at which the function jumps or is undefined. */
  readonly defined?: (inputs: readonly Numbers[]) => boolean;
}

/** Wrappers that do not change an operand, so that only the wrapper uses the operand. */
const wrappings: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  '+ 0': x => tf.add(x, 0),
  '[[0]] +': x => tf.add(tf.zeros(x.shape.map(() => 1)), x),
  '- 0': x => tf.sub(x, 0),
  '* 1': x => tf.mul(x, 1),
  '[[1]] *': x => tf.mul(tf.ones(x.shape.map(() => 1)), x),
  '/ 1': x => tf.div(x, 1),
  clone: x => tf.clone(x),
  'reshape and back': x => tf.reshape(tf.reshape(x, [x.size]), x.shape),
  'neg twice': x => tf.neg(tf.neg(x)),
  'transpose twice': x => tf.transpose(tf.transpose(x)),
  'whole slice': x => (x.rank === 0 ? x : tf.slice(x, zerosOf(x))),
  'pad by 0': x =>
    x.rank === 0
      ? x
      : tf.pad(
          x,
          zerosOf(x).map(zero => [zero, zero]),
        ),
  'tile once': x =>
    tf.tile(
      x,
      x.shape.map(() => 1),
    ),
  'stack of one': x => tf.reshape(tf.stack([x]), x.shape),
  'where of true': x => tf.where(tf.ones(x.shape, 'bool'), x, tf.zerosLike(x)),
};

const zerosOf = (x: tf.Tensor): number[] => x.shape.map(() => 0);

/** Operations from forms with `count` operands. */
export const operations = (forms: Readonly<Record<string, Form>>, count: number): Operation[] =>
  Object.entries(forms).map(([name, form]) => elementwise(name, form, count));

function elementwise(name: string, form: Form, count: number): Operation {
  const { f, run, error, loose, defined } = form;
  return (random, operands) => {
    const inputs = Array.from({ length: count }, () => operands.choose('float32'));
    const numbers = inputs.map(input => operands.at(input));
    if (defined && !defined(numbers)) return undefined;
    const made = zip(numbers, f);
    // Forms with a constant of a higher rank need operands of that rank.
    if (made === undefined || (name.includes('[[') && made.shape.length < 2)) return undefined;
    if (name.includes('[0]') && made.shape.length < 1) return undefined;
    const result = rounded(made, error(numbers), loose ? looseness : 1);
    if (result === undefined) return undefined;
    const wrapped = inputs.map(() => (random.chance(0.2) ? random.of(Object.keys(wrappings)) : ''));
    const text = wrapped.some(wrapping => wrapping) ? `${name} (${wrapped.join(', ')})` : name;
    return {
      name: text,
      inputs,
      result,
      run: tensors => run(...tensors.map((x, i) => wrappings[wrapped[i]!]?.(x) ?? x)),
    };
  };
}

/** The error of a function whose slope is at most `slope`. */
export const slope =
  (most: number) =>
  ([x]: readonly Numbers[]): number =>
    most * x!.error;
