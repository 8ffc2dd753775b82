import '@tensorflow/tfjs-layers';
import '../src/index';
import * as tf from '@tensorflow/tfjs-core';

/** Numbers of a tensor in the order of memory, by shape. */
export interface Values {
  readonly shape: number[];
  readonly values: readonly number[];
}

/**
 * Runs the same computation on `cpu` and on `ort`.
 *
 * @param compute gets the inputs as tensors of the backend; what it makes is tidied.
 */
export async function onBoth(
  inputs: readonly Values[],
  compute: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): Promise<{ cpu: Values[]; ort: Values[] }> {
  return { cpu: await on('cpu', inputs, compute), ort: await on('ort', inputs, compute) };
}

async function on(
  backend: string,
  inputs: readonly Values[],
  compute: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): Promise<Values[]> {
  await tf.setBackend(backend);
  const results = tf.tidy(() => {
    const made = compute(
      ...inputs.map(({ shape, values }) => tf.tensor([...values], shape, 'float32')),
    );
    return Array.isArray(made) ? made : [made];
  });
  const values = await Promise.all(
    results.map(async result => ({ shape: result.shape, values: Array.from(await result.data()) })),
  );
  tf.dispose(results);
  return values;
}

/**
 * The greatest difference between two lists, relative to the largest number there is (at least 1).
 * NaN must stand against NaN and infinities against equal ones, else it is infinite.
 */
export function distance(a: Values, b: Values): number {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  const scale = a.values.reduce(
    (max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max),
    1,
  );
  return a.values.reduce((worst, x, i) => {
    const y = b.values[i]!;
    if (Object.is(x, y) || x === y) return worst;
    const apart = Math.abs(x - y);
    return Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart / scale);
  }, 0);
}

/** Random numbers of a normal distribution from a seed. */
export function normal(shape: readonly number[], seed: number): Values {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = tf.util.sizeFromShape([...shape]) === 0 ? [] : sample(size, seed);
  return { shape: [...shape], values };
}

function sample(size: number, seed: number): number[] {
  let state = seed >>> 0 || 1;
  const uniform = () => {
    // Marsaglia's xorshift, 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
