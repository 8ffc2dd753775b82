import * as tf from '@tensorflow/tfjs-core';
import { fold, type Numbers, sizeOf, zip } from './numbers';
import { largest, looseness, type Operation, rounded, unitRoundoff } from './operation';

const reductions: Readonly<
  Record<string, { f: (values: number[]) => number; run: typeof tf.sum; adds: boolean }>
> = {
  sum: { f: values => values.reduce((a, b) => a + b, 0), run: tf.sum, adds: true },
  mean: {
    f: values => values.reduce((a, b) => a + b, 0) / values.length,
    run: tf.mean,
    adds: true,
  },
  max: { f: values => Math.max(...values), run: tf.max, adds: false },
  min: { f: values => Math.min(...values), run: tf.min, adds: false },
};

export const reduction: Operation = (random, operands) => {
  const input = operands.choose('float32');
  const x = operands.at(input);
  if (x.shape.length === 0) return undefined;
  const name = random.of(Object.keys(reductions));
  const { f, run, adds } = reductions[name]!;
  const axes = random.axes(x.shape.length);
  const keepDims = random.chance(0.5);
  const folded = fold(x, axes, f);
  const count = x.values.length / folded.values.length;
  const shape = keepDims ? folded.shape : x.shape.filter((_, axis) => !axes.includes(axis));
  const error =
    (name === 'sum' ? count : 1) * x.error + (adds ? count * unitRoundoff * largest(x) : 0);
  const result = rounded({ shape, values: folded.values }, error);
  const text = `${name} over [${axes}]${keepDims ? ' kept' : ''}`;
  return result && { name: text, inputs: [input], result, run: ([t]) => run(t!, axes, keepDims) };
};

export const products: readonly Operation[] = [
  function matMul(random, operands) {
    const inputs = [operands.choose('float32'), operands.choose('float32')];
    const [a, b] = inputs.map(input => operands.at(input)) as [Numbers, Numbers];
    if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
    const transposeA = random.chance(0.4);
    const transposeB = random.chance(0.4);
    const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : (a.shape as [number, number]);
    const [other, columns] = transposeB
      ? [b.shape[1]!, b.shape[0]!]
      : (b.shape as [number, number]);
    if (inner !== other) return undefined;
    const values = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let k = 0; k < inner; k++)
          values[i * columns + j]! +=
            a.values[transposeA ? k * rows + i : i * inner + k]! *
            b.values[transposeB ? j * inner + k : k * columns + j]!;
    const [mostA, mostB] = [largest(a), largest(b)];
    const error =
      inner * (mostA * b.error + mostB * a.error + inner * unitRoundoff * mostA * mostB);
    const result = rounded({ shape: [rows, columns], values }, error);
    const name = `matMul${transposeA ? ' tA' : ''}${transposeB ? ' tB' : ''}`;
    return (
      result && { name, inputs, result, run: ([s, t]) => tf.matMul(s!, t!, transposeA, transposeB) }
    );
  },
  function softmax(_, operands) {
    const inputs = [operands.choose('float32')];
    const x = operands.at(inputs[0]!);
    if (x.shape.length === 0 || largest(x) > 20) return undefined;
    const last = x.shape.length - 1;
    const total = fold(x, [last], values =>
      values.reduce((sum, value) => sum + Math.exp(value), 0),
    );
    const made = zip([x, { ...x, ...total }], (value, all) => Math.exp(value) / all)!;
    const result = rounded(made, 2 * x.error, looseness * 2);
    return result && { name: 'softmax', inputs, result, run: ([t]) => tf.softmax(t!) };
  },
  function cumsum(random, operands) {
    const inputs = [operands.choose('float32')];
    const x = operands.at(inputs[0]!);
    if (x.shape.length === 0) return undefined;
    const axis = random.whole(0, x.shape.length - 1);
    const count = x.shape[axis]!;
    const values = Float64Array.from(x.values);
    const step = sizeOf(x.shape.slice(axis + 1));
    values.forEach((_, place) => {
      if (Math.floor(place / step) % count > 0) values[place]! += values[place - step]!;
    });
    const result = rounded(
      { shape: x.shape, values },
      count * (x.error + unitRoundoff * count * largest(x)),
    );
    return (
      result && { name: `cumsum along ${axis}`, inputs, result, run: ([t]) => tf.cumsum(t!, axis) }
    );
  },
];
