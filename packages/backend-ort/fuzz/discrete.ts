import * as tf from '@tensorflow/tfjs-core';
import { fold, largestOf, type Numbers, zip } from './numbers';
import { isApart, largest, type Operation } from './operation';

const comparisons = {
  greater: { f: (a: number, b: number) => Number(a > b), run: tf.greater },
  lessEqual: { f: (a: number, b: number) => Number(a <= b), run: tf.lessEqual },
  equal: { f: (a: number, b: number) => Number(a === b), run: tf.equal },
  notEqual: { f: (a: number, b: number) => Number(a !== b), run: tf.notEqual },
} as const;

const logic = {
  and: { f: (a: number, b: number) => a & b, run: tf.logicalAnd },
  or: { f: (a: number, b: number) => a | b, run: tf.logicalOr },
  xor: { f: (a: number, b: number) => a ^ b, run: tf.logicalXor },
} as const;

const integers = {
  add: { f: (a: number, b: number) => a + b, run: tf.add },
  sub: { f: (a: number, b: number) => a - b, run: tf.sub },
  mul: { f: (a: number, b: number) => Math.imul(a, b), run: tf.mul },
  maximum: { f: Math.max, run: tf.maximum },
  minimum: { f: Math.min, run: tf.minimum },
} as const;

const exactly = (
  made: { shape: readonly number[]; values: Float64Array } | undefined,
  dtype: 'int32' | 'bool',
): Numbers | undefined =>
  made && largestOf(made.values) < 2 ** 23 ? { ...made, dtype, error: 0 } : undefined;

export const discrete: readonly Operation[] = [
  function compare(random, operands) {
    const inputs = [operands.choose('float32'), operands.choose('float32')];
    const [a, b] = inputs.map(input => operands.at(input)) as [Numbers, Numbers];
    const difference = zip([a, b], (x, y) => x - y);
    const error = a.error + b.error;
    if (difference === undefined || !isApart({ ...a, ...difference, error }, value => value))
      return undefined;
    const name = random.of(Object.keys(comparisons) as (keyof typeof comparisons)[]);
    const { f, run } = comparisons[name];
    const result = exactly(zip([a, b], f), 'bool');
    return result && { name, inputs, result, run: ([s, t]) => run(s!, t!) };
  },
  function combine(random, operands) {
    const inputs = [operands.choose('bool'), operands.choose('bool')];
    const numbers = inputs.map(input => operands.at(input));
    const name = random.of(Object.keys(logic) as (keyof typeof logic)[]);
    const { f, run } = logic[name];
    const result = exactly(zip(numbers, f), 'bool');
    return result && { name, inputs, result, run: ([s, t]) => run(s!, t!) };
  },
  function not(_, operands) {
    const inputs = [operands.choose('bool')];
    const result = exactly(
      zip([operands.at(inputs[0]!)], a => 1 - a),
      'bool',
    );
    return result && { name: 'not', inputs, result, run: ([t]) => tf.logicalNot(t!) };
  },
  function where(_, operands) {
    const inputs = [
      operands.choose('bool'),
      operands.choose('float32'),
      operands.choose('float32'),
    ];
    const [condition, a, b] = inputs.map(input => operands.at(input)) as [
      Numbers,
      Numbers,
      Numbers,
    ];
    const made = zip([condition, a, b], (chosen, x, y) => (chosen ? x : y));
    if (made === undefined) return undefined;
    const result: Numbers = { ...made, dtype: 'float32', error: Math.max(a.error, b.error) };
    return { name: 'where', inputs, result, run: ([c, s, t]) => tf.where(c!, s!, t!) };
  },
  function calculate(random, operands) {
    const inputs = [operands.choose('int32'), operands.choose('int32')];
    const numbers = inputs.map(input => operands.at(input));
    const name = random.of(Object.keys(integers) as (keyof typeof integers)[]);
    const { f, run } = integers[name];
    const result = exactly(zip(numbers, f), 'int32');
    return result && { name: `${name} int32`, inputs, result, run: ([s, t]) => run(s!, t!) };
  },
  function total(random, operands) {
    const inputs = [operands.choose('int32')];
    const x = operands.at(inputs[0]!);
    if (x.shape.length === 0) return undefined;
    const axes = random.axes(x.shape.length);
    const folded = fold(x, axes, values => values.reduce((a, b) => a + b, 0));
    const result = exactly(folded, 'int32');
    return (
      result && {
        name: `sum int32 [${axes}]`,
        inputs,
        result,
        run: ([t]) => tf.sum(t!, axes, true),
      }
    );
  },
  function cast(random, operands) {
    const inputs = [operands.choose()];
    const x = operands.at(inputs[0]!);
    const dtype = random.of(['float32', 'int32', 'bool'] as const);
    if (dtype === 'int32' && !isApart(x, value => value - Math.round(value))) return undefined;
    if (dtype === 'bool' && !isApart(x, value => value)) return undefined;
    if (largest(x) > 2 ** 23) return undefined;
    const f = {
      float32: (value: number) => value,
      int32: (value: number) => Math.trunc(value) + 0,
      bool: (value: number) => Number(value !== 0),
    }[dtype];
    const error = dtype === 'float32' ? x.error : 0;
    const result = { ...x, values: x.values.map(f), dtype, error };
    return { name: `cast to ${dtype}`, inputs, result, run: ([t]) => tf.cast(t!, dtype) };
  },
];
