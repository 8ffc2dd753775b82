import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance, normal, onBoth } from './backends';

const odd = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  -1.5,
  2.5,
  1e30,
];
const unary = {
  abs: tf.abs,
  ceil: tf.ceil,
  cos: tf.cos,
  elu: tf.elu,
  exp: tf.exp,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x),
  log: tf.log,
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x: tf.Tensor) => tf.step(x),
  tanh: tf.tanh,
  expm1: tf.expm1,
  log1p: tf.log1p,
  toInt: (x: tf.Tensor) => tf.cast(tf.clipByValue(x, -9, 9), 'int32'),
  max: (x: tf.Tensor) => tf.max(x),
  min: (x: tf.Tensor) => tf.min(x),
  sum: (x: tf.Tensor) => tf.sum(x),
  argMax: (x: tf.Tensor) => tf.argMax(x),
  argMin: (x: tf.Tensor) => tf.argMin(x),
  softmax: (x: tf.Tensor) => tf.softmax(x),
} as const;

test.each<[string, (x: tf.Tensor) => tf.Tensor]>(Object.entries(unary))(
  '%s of NaN, infinities and zeros is as on cpu',
  async (_name, f) => {
    const { cpu, ort } = await onBoth([{ shape: [odd.length], values: odd }], x => f(x));
    expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(1e-5);
  },
);

test.each([
  [-1, [2, 3, 2]],
  [-2, [2, 2, 3]],
  [-3, [2, 2, 3]],
])('stacks along axis %i, counted from the end of the result', async (axis, shape) => {
  const rows = [0, 10].map(from => ({
    shape: [2, 3],
    values: Array.from({ length: 6 }, (_, i) => from + i),
  }));
  const { cpu, ort } = await onBoth(rows, (a, b) => {
    const stacked = tf.stack([a!, b!], axis);
    expect(stacked.shape).toEqual(shape);
    return stacked;
  });
  expect(distance(cpu[0]!, ort[0]!)).toBe(0);
});

test('sums, products, quotients, extremes and comparisons of every two of them', async () => {
  const rows = { shape: [odd.length, 1], values: odd };
  const columns = { shape: [1, odd.length], values: odd };
  for (const f of [
    tf.add,
    tf.sub,
    tf.mul,
    tf.div,
    tf.maximum,
    tf.minimum,
    tf.greater,
    tf.lessEqual,
    tf.equal,
  ]) {
    const g: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor = f;
    const { cpu, ort } = await onBoth([rows, columns], g);
    expect(distance(cpu[0]!, ort[0]!), f.name).toBe(0);
  }
});

test('mod takes the sign of the divisor, whole division rounds down, for floats and integers', async () => {
  const a = { shape: [8], values: [7, -7, 7, -7, 6, -6, 0, 1] };
  const b = { shape: [8], values: [3, 3, -3, -3, 3, 3, 5, -1] };
  const { cpu, ort } = await onBoth([a, b], (x, y) => [
    tf.mod(x, y),
    tf.floorDiv(x, y),
    tf.mod(tf.cast(x, 'int32'), tf.cast(y, 'int32')),
    tf.floorDiv(tf.cast(x, 'int32'), tf.cast(y, 'int32')),
    tf.div(tf.cast(x, 'int32'), tf.cast(y, 'int32')),
  ]);
  expect(ort[0]!.values).toEqual([1, 2, -2, -1, 0, 0, 0, 0]);
  expect(ort[3]!.values).toEqual([2, -3, -3, 2, 2, -2, 0, -1]);
  cpu.forEach((values, i) => {
    expect(distance(values, ort[i]!), `result ${i}`).toBe(0);
  });
});

test('argMax and argMin take the first of equals', async () => {
  await tf.setBackend('ort');
  const x = tf.tensor2d([1, 3, 3, 1, 2, 2, 2, 2], [2, 4]);
  expect(Array.from(await tf.argMax(x, 1).data())).toEqual([1, 0]);
  expect(Array.from(await tf.argMin(x, 1).data())).toEqual([0, 0]);
});

test('empty tensors and scalars', async () => {
  await tf.setBackend('ort');
  const empty = tf.zeros([0, 3]);
  expect(Array.from(await tf.sum(empty, 0).data())).toEqual([0, 0, 0]);
  expect((await tf.add(empty, 1).data()).length).toBe(0);
  expect(tf.concat([empty as tf.Tensor2D, tf.ones<tf.Rank.R2>([1, 3])]).shape).toEqual([1, 3]);
  expect(Array.from(await tf.mul(tf.scalar(2), tf.scalar(3)).data())).toEqual([6]);
});

test('tensors of rank 0 to 6 broadcast against each other', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      lengths,
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 0, max: 6 }),
      async (shape, ones, dropped) => {
        const other = shape.map((length, i) => (ones[i] ? 1 : length)).slice(dropped);
        const { cpu, ort } = await onBoth([normal(shape, 3), normal(other, 4)], (a, b) => [
          tf.add(a, b),
          tf.mul(b, a),
          tf.where(tf.greater(a, b), tf.add(a, tf.zerosLike(b)), tf.sub(b, a)),
        ]);
        cpu.forEach((values, i) => {
          expect(distance(values, ort[i]!)).toBeLessThan(1e-6);
        });
      },
    ),
    { numRuns: 40, seed: 11 },
  );
});

test('the greatest numbers beside NaN are found, and NaN counts as greater', async () => {
  await tf.setBackend('ort');
  const rows = [
    [1, Number.NaN, 3, 2],
    [5, 7, 6, 7],
  ];
  const { values, indices } = tf.topk(tf.tensor2d(rows), 2);
  expect(Array.from(await values.data())).toEqual([Number.NaN, 3, 7, 7]);
  expect(Array.from(await indices.data())).toEqual([1, 2, 1, 3]);
});
