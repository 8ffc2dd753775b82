import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import './backends';
import { arithmeticKernels } from '../src/kernels/arithmetic';
import { elementwiseKernels } from '../src/kernels/elementwise';
import {
  isNormal,
  largest,
  pairReferences,
  type Reference,
  references,
  sweep,
  unitOf,
} from './references';

/** Kernels that choose or compare, whose values the other tests compare with `cpu`'s for equality. */
const choosing = new Set([
  ...[
    'Cast',
    'ClipByValue',
    'IsFinite',
    'IsInf',
    'IsNan',
    'LeakyRelu',
    'LogicalNot',
    'Round',
    'Step',
  ],
  ...['AddN', 'EluGrad', 'Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd'],
  ...['LogicalOr', 'LogicalXor', 'NotEqual', 'Prelu', 'Select'],
]);

const xs = sweep();

type Inputs = Record<string, tf.Tensor>;

async function run(kernel: string, inputs: Inputs): Promise<Float32Array> {
  const result = tf.engine().runKernel(kernel, inputs) as tf.Tensor;
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return values;
}

/** What a float32 result should be, where float64 says it is a normal number, infinite or none. */
function errorOf(got: number, expected: number): number {
  if (Number.isNaN(expected)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  if (isNormal(expected)) return Math.abs(got - expected) / unitOf(expected);
  // Rounded up it may be a number still.
  if (Math.abs(expected) > largest) return Math.abs(got) >= largest * (1 - 1e-6) ? 0 : Infinity;
  return Math.abs(got) <= 2 ** -125 ? 0 : Number.POSITIVE_INFINITY;
}

function worst(
  points: readonly string[],
  errors: readonly number[],
): { error: number; at: string } {
  let at = 0;
  errors.forEach((error, i) => {
    if (!(error <= errors[at]!)) at = i;
  });
  return { error: errors[at]!, at: points[at]! };
}

beforeAll(async () => {
  await tf.setBackend('ort');
});

test('every elementwise kernel that is translated has a reference here', () => {
  const listed = new Set([...Object.keys(references), ...Object.keys(pairReferences), ...choosing]);
  const translated = [...Object.keys(elementwiseKernels), ...Object.keys(arithmeticKernels)];
  expect(translated.filter(kernel => !listed.has(kernel))).toEqual([]);
});

describe.each(Object.entries(references))(
  '%s',
  (kernel, { value, domain, ulps = 8 }: Reference) => {
    const inside = domain ? xs.filter(domain) : xs;

    test(`is at most ${ulps} units in the last place from float64`, async () => {
      const x = tf.tensor1d(inside);
      const got = await run(kernel, { x });
      x.dispose();
      const errors = Array.from(got, (y, i) => errorOf(y, value(inside[i]!)));
      const { error, at } = worst(Array.from(inside, String), errors);
      expect(error, `at ${at}`).toBeLessThanOrEqual(ulps);
    });

    test('gives the same for few numbers as among many', async () => {
      const parts = Array.from({ length: 40 }, (_, i) =>
        inside.slice(i * 997, i * 997 + 1 + (i % 9)),
      );
      const tensors = parts.filter(part => part.length > 0).map(part => tf.tensor1d(part));
      const results = tensors.map(x => tf.engine().runKernel(kernel, { x }) as tf.Tensor);
      for (const [i, result] of results.entries()) {
        (await result.data()).forEach((y, k) => {
          const x = parts[i]![k]!;
          expect(errorOf(y, value(x)), `at ${x}`).toBeLessThanOrEqual(ulps);
        });
      }
      tf.dispose([tensors, results]);
    });
  },
);

test.each(Object.entries(references).filter(([, { slope }]) => slope))(
  'the gradient of %s is nowhere further from float64 than that of cpu',
  async (kernel, { slope, domain }) => {
    const inside = domain ? xs.filter(domain) : xs;
    const gradients: Record<string, Float32Array> = {};
    for (const engine of ['cpu', 'ort']) {
      await tf.setBackend(engine);
      const f = (x: tf.Tensor) => tf.engine().runKernel(kernel, { x }) as tf.Tensor;
      const x = tf.tensor1d(inside);
      const gradient = tf.grad(f)(x);
      gradients[engine] = (await gradient.data()) as Float32Array;
      tf.dispose([x, gradient]);
    }
    const excess = Array.from(inside, (x, i) => {
      const expected = slope!(x);
      if (!isNormal(expected)) return 0;
      const [cpu, ort] = ['cpu', 'ort'].map(engine => {
        const error = Math.abs(gradients[engine]![i]! - expected) / unitOf(expected);
        return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      });
      return ort! <= cpu! ? 0 : ort! - (Number.isFinite(cpu!) ? cpu! : 0);
    });
    const { error, at } = worst(Array.from(inside, String), excess);
    // The same formula is rounded this way or that.
    expect(error, `at ${at}`).toBeLessThanOrEqual(8);
  },
);

describe.each(Object.entries(pairReferences))('%s of two numbers', (kernel, value) => {
  test('is at most 8 units in the last place from float64', async () => {
    const [as, bs] = pairs();
    const [a, b] = [tf.tensor1d(as), tf.tensor1d(bs)];
    const got = await run(kernel, { a, b });
    tf.dispose([a, b]);
    const errors = Array.from(got, (y, i) => errorOf(y, value(as[i]!, bs[i]!)));
    const { error, at } = worst(
      Array.from(as, (x, i) => `${x}, ${bs[i]}`),
      errors,
    );
    expect(error, `at ${at}`).toBeLessThanOrEqual(8);
  });
});

/** Pairs of moderate numbers: quotients next to whole numbers, remainders next to 0, and others. */
function pairs(): [Float32Array, Float32Array] {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 1; i < 200; i++) {
    for (let k = 1; k < 50; k++) {
      const sign = (i + k) % 2 === 0 ? 1 : -1;
      a.push(i * 0.1 * k, sign * i * 0.7, i, sign * 1e-9 * i, (i + k) ** 3);
      b.push(i * 0.1, k * 0.3 + 0.01, sign * k, k, sign * (1 + k / 64));
    }
  }
  return [Float32Array.from(a), Float32Array.from(b)];
}
