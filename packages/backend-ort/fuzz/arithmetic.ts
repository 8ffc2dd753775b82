import * as tf from '@tensorflow/tfjs-core';
import { type Form, operations, slope } from './elementwise';
import { type Numbers, smallestOf } from './numbers';
import { isApart, largest } from './operation';

const sum = ([a, b]: readonly Numbers[]): number => a!.error + (b?.error ?? 0);

const binary: Readonly<Record<string, Form>> = {
  add: { f: (a, b) => a + b, run: (a, b) => tf.add(a!, b!), error: sum },
  sub: { f: (a, b) => a - b, run: (a, b) => tf.sub(a!, b!), error: sum },
  mul: {
    f: (a, b) => a * b,
    run: (a, b) => tf.mul(a!, b!),
    error: ([a, b]) => largest(a!) * b!.error + largest(b!) * a!.error,
  },
  div: {
    f: (a, b) => a / b,
    run: (a, b) => tf.div(a!, b!),
    error: ([a, b]) => {
      const least = smallestOf(b!.values);
      return a!.error / least + (largest(a!) * b!.error) / least ** 2;
    },
    defined: ([, b]) => smallestOf(b!.values) > 0.05,
  },
  maximum: { f: Math.max, run: (a, b) => tf.maximum(a!, b!), error: sum },
  minimum: { f: Math.min, run: (a, b) => tf.minimum(a!, b!), error: sum },
  squaredDifference: {
    f: (a, b) => (a - b) ** 2,
    run: (a, b) => tf.squaredDifference(a!, b!),
    error: ([a, b]) => 2 * (largest(a!) + largest(b!)) * (a!.error + b!.error),
  },
};

const unary: Readonly<Record<string, Form>> = {
  neg: { f: x => -x, run: x => tf.neg(x!), error: slope(1) },
  abs: { f: Math.abs, run: x => tf.abs(x!), error: slope(1) },
  relu: { f: x => Math.max(0, x), run: x => tf.relu(x!), error: slope(1) },
  relu6: { f: x => Math.min(6, Math.max(0, x)), run: x => tf.relu6(x!), error: slope(1) },
  leakyRelu: {
    f: x => (x < 0 ? 0.25 * x : x),
    run: x => tf.leakyRelu(x!, 0.25),
    error: slope(1),
  },
  clip: {
    f: x => Math.min(1, Math.max(-0.5, x)),
    run: x => tf.clipByValue(x!, -0.5, 1),
    error: slope(1),
  },
  square: {
    f: x => x * x,
    run: x => tf.square(x!),
    error: ([x]) => 2 * largest(x!) * x!.error,
  },
  reciprocal: {
    f: x => 1 / x,
    run: x => tf.reciprocal(x!),
    error: ([x]) => x!.error / smallestOf(x!.values) ** 2,
    defined: ([x]) => smallestOf(x!.values) > 0.05,
  },
  exp: {
    f: Math.exp,
    run: x => tf.exp(x!),
    error: ([x]) => Math.exp(largest(x!)) * x!.error,
    loose: true,
    defined: ([x]) => largest(x!) < 4,
  },
  tanh: { f: Math.tanh, run: x => tf.tanh(x!), error: slope(1), loose: true },
  sigmoid: {
    f: x => 1 / (1 + Math.exp(-x)),
    run: x => tf.sigmoid(x!),
    error: slope(0.25),
    loose: true,
  },
  sqrt: {
    f: Math.sqrt,
    run: x => tf.sqrt(x!),
    error: ([x]) => x!.error / Math.sqrt(smallestOf(x!.values)),
    defined: ([x]) => x!.values.every(value => value > 0.05),
  },
  floor: {
    f: Math.floor,
    run: x => tf.floor(x!),
    error: () => 0,
    defined: ([x]) => isApart(x!, value => value - Math.round(value)),
  },
  step: {
    f: x => (x > 0 ? 1 : 0),
    run: x => tf.step(x!),
    error: () => 0,
    defined: ([x]) => isApart(x!, value => value),
  },
};

const inverse = binary.div!;

/** Quotients by way of the reciprocal. */
const quotients: Readonly<Record<string, Form>> = {
  'a * (1 / b)': { ...inverse, run: (a, b) => tf.mul(a!, tf.div(1, b!)), loose: true },
  '(1 / b) * a': { ...inverse, run: (a, b) => tf.mul(tf.div(1, b!), a!), loose: true },
  'a * reciprocal(b)': { ...inverse, run: (a, b) => tf.mul(a!, tf.reciprocal(b!)), loose: true },
};

export const sums = operations({ ...binary, ...quotients }, 2);
export const functions = operations(unary, 1);
