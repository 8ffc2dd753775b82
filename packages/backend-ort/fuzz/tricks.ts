import * as tf from '@tensorflow/tfjs-core';
import { type Form, operations, slope } from './elementwise';
import { smallestOf } from './numbers';

/** Forms that have no effect, or that rewriting recognizes. */
const noops: Readonly<Record<string, Form>> = {
  'x + 0': { f: x => x, run: x => tf.add(x!, 0), error: slope(1) },
  '0 + x': { f: x => x, run: x => tf.add(0, x!), error: slope(1) },
  'x - 0': { f: x => x, run: x => tf.sub(x!, 0), error: slope(1) },
  '0 - x': { f: x => -x, run: x => tf.sub(0, x!), error: slope(1) },
  'x * 1': { f: x => x, run: x => tf.mul(x!, 1), error: slope(1) },
  'x * 0': { f: () => 0, run: x => tf.mul(x!, 0), error: slope(0) },
  'x * -1': { f: x => -x, run: x => tf.mul(-1, x!), error: slope(1) },
  'x / 1': { f: x => x, run: x => tf.div(x!, 1), error: slope(1) },
  'x ^ 1': { f: x => x, run: x => tf.pow(x!, 1), error: slope(1), loose: true },
  'x * 2': { f: x => 2 * x, run: x => tf.mul(x!, 2), error: slope(2) },
  'x + [[1]]': { f: x => x + 1, run: x => tf.add(x!, tf.ones([1, 1])), error: slope(1) },
  'x + [0]': { f: x => x, run: x => tf.add(x!, tf.zeros([1])), error: slope(1) },
  'x * ones': { f: x => x, run: x => tf.mul(x!, tf.onesLike(x!)), error: slope(1) },
  'x + zeros': { f: x => x, run: x => tf.add(tf.zerosLike(x!), x!), error: slope(1) },
  'abs(-x)': { f: Math.abs, run: x => tf.abs(tf.neg(x!)), error: slope(1) },
  'clip(relu(x))': {
    f: x => Math.min(2, Math.max(0, x)),
    run: x => tf.clipByValue(tf.relu(x!), -1, 2),
    error: slope(1),
  },
  clone: { f: x => x, run: x => tf.clone(x!), error: slope(1) },
  '1 / x': {
    f: x => 1 / x,
    run: x => tf.div(1, x!),
    error: ([x]) => x!.error / smallestOf(x!.values) ** 2,
    defined: ([x]) => smallestOf(x!.values) > 0.05,
  },
  'x * sigmoid(1.702 x)': {
    f: x => x / (1 + Math.exp(-1.702 * x)),
    run: x => tf.mul(x!, tf.sigmoid(tf.mul(x!, 1.702))),
    error: slope(1.2),
    loose: true,
  },
  'gelu(x)': {
    f: x => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
    run: x => tf.mul(tf.mul(0.5, x!), tf.add(1, tf.erf(tf.div(x!, Math.SQRT2)))),
    error: slope(1.2),
    loose: true,
  },
};

/** The error function, computed by its series. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 120; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export const tricks = operations(noops, 1);
