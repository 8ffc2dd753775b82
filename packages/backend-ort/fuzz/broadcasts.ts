import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from './numbers';
import { Random } from './random';

export type Computation = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor;

/** Computes further with a gradient that broadcasts; its copies are never made. */
const meanGradient: Computation = (a, b) => tf.mul(tf.grad(x => tf.mean(x))(a), b);

/** Copies the operands to one shape first, because tfjs has no gradient of the computation otherwise. */
const copied =
  (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Computation =>
  (a, b) => {
    const { shape } = tf.add(a, b);
    return f(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
  };

/** Computations that broadcast their operands, or whose gradients do. All operands are positive. */
export const computations: Readonly<Record<string, Computation>> = {
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  pow: (a, b) => tf.pow(a, b),
  mod: (a, b) => tf.mod(a, b),
  floorDiv: (a, b) => tf.floorDiv(a, b),
  atan2: (a, b) => tf.atan2(a, b),
  squaredDifference: (a, b) => tf.squaredDifference(a, b),
  'maximum of copies': copied((a, b) => tf.maximum(a, b)),
  'minimum of copies': copied((a, b) => tf.minimum(a, b)),
  'squaredDifference of copies': copied((a, b) => tf.squaredDifference(a, b)),
  'where of products': (a, b, c) => tf.where(tf.greater(c, 1.2), tf.mul(a, b), tf.sub(b, a)),
  'where of operands': (a, b, c) => tf.where(tf.greater(c, 1.5), a, b),
  tile: (a, b) =>
    tf.mul(
      tf.tile(
        a,
        a.shape.map(length => (length === 1 ? 3 : 1)),
      ),
      tf.reshape(b, [b.size, ...a.shape.map(() => 1)]),
    ),
  broadcastTo: (a, b, c) => {
    const { shape } = tf.add(a, b);
    return tf.mul(tf.broadcastTo(a, shape), tf.sub(tf.broadcastTo(b, shape), c));
  },
  addN: (a, b) => {
    const { shape } = tf.add(a, b);
    return tf.addN([tf.broadcastTo(a, shape), tf.broadcastTo(b, shape), tf.add(a, b)]);
  },
  outer: (a, b) => tf.mul(a, tf.reshape(b, [b.size, ...a.shape.map(() => 1)])),
  sum: (a, b) => tf.mul(tf.sum(a, undefined, true), b),
  mean: (a, b) => tf.sub(a, tf.mean(tf.mul(a, b), 0, true)),
  meanGradient,
  prod: (a, b) => tf.mul(tf.prod(a, 0, true), b),
  cumsum: (a, b) => tf.mul(tf.cumsum(a), b),
  max: (a, b) => tf.mul(tf.max(a, 0, true), b),
  softmax: (a, b) => tf.mul(tf.softmax(a), b),
  logSoftmax: (a, b) => tf.mul(tf.logSoftmax(a), b),
  logSumExp: (a, b) => tf.mul(tf.logSumExp(a, 0, true), b),
  norm: (a, b) => tf.mul(tf.norm(a, 2, 0, true), b),
  prelu: (a, b) => {
    const { shape } = tf.add(a, b);
    return tf.prelu(tf.sub(a, 1), tf.broadcastTo(b, shape));
  },
  greater: (a, b) => tf.cast(tf.greater(a, b), 'float32'),
};

export interface Operand {
  readonly shape: number[];
  readonly values: number[];
}

/** Three operands of ranks 1 to 6 that broadcast against each other. */
export function drawOperands(seed: number): Operand[] {
  const random = new Random(seed);
  const rank = random.whole(1, 6);
  const whole = Array.from({ length: rank }, () => random.whole(1, rank > 4 ? 3 : 5));
  return Array.from({ length: 3 }, () => {
    const dropped = random.chance(0.6) ? 0 : random.whole(0, rank - 1);
    const shape = whole.slice(dropped).map(length => (random.chance(0.35) ? 1 : length));
    const values = Array.from({ length: sizeOf(shape) }, () => 0.5 + 2 * random.next());
    return { shape, values };
  });
}

interface Result {
  readonly shape: number[];
  readonly values: readonly number[];
  /** Error message if there is no gradient: tfjs has none for some kernels and ranks, on any engine. */
  readonly error?: string;
}

/** The result of the computation and its gradients with respect to each operand, on the current backend. */
export async function forwardsAndBackwards(
  compute: Computation,
  operands: readonly Operand[],
): Promise<Result[]> {
  const inputs = operands.map(({ shape, values }) => tf.tensor(values, shape));
  const results: Result[] = [];
  const tell = async (make: () => tf.Tensor): Promise<void> => {
    try {
      const tensor = tf.tidy(make);
      results.push({ shape: tensor.shape, values: Array.from(await tensor.data()) });
      tensor.dispose();
    } catch (error) {
      results.push({ shape: [], values: [], error: (error as Error).message });
    }
  };
  const of = (given: readonly tf.Tensor[]): tf.Tensor => compute(given[0]!, given[1]!, given[2]!);
  await tell(() => of(inputs));
  for (const i of inputs.keys()) {
    await tell(() =>
      tf.grad(x => {
        const result = of(inputs.map((input, j) => (i === j ? x : input)));
        // Every element has a different weight in the loss. An operand that the result does not depend on has a gradient of
        // 0.
        const weights = Array.from({ length: result.size }, (_, at) => ((at * 7) % 5) - 1.5);
        const weighted = tf.mul(tf.square(result), tf.tensor(weights, result.shape));
        return tf.add(tf.sum(weighted), tf.mul(tf.sum(x), 0));
      })(inputs[i]!),
    );
  }
  tf.dispose(inputs);
  return results;
}

/**
 * The greatest difference between two results, relative to the largest finite number in them (at least 1). Infinities and
 * NaN must be at the same positions in both.
 */
export function apart(a: readonly Result[], b: readonly Result[]): number {
  return Math.max(
    ...a.map(({ shape, values, error }, i) => {
      const other = b[i]!;
      if (shape.join() !== other.shape.join() || error !== other.error)
        return Number.POSITIVE_INFINITY;
      const largest = values.reduce(
        (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
        1,
      );
      return values.reduce((worst, value, at) => {
        if (Object.is(value, other.values[at])) return worst;
        const difference = Math.abs(value - other.values[at]!) / largest;
        return Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      }, 0);
    }),
  );
}
