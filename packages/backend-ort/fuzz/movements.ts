import * as tf from '@tensorflow/tfjs-core';
import { type Numbers, pick, sizeOf, zip } from './numbers';
import type { Operation } from './operation';

/** The same numbers in a different shape or order, for all dtypes. */
const moved = (x: Numbers, shape: readonly number[], values: Float64Array): Numbers => ({
  ...x,
  shape,
  values,
});

export const movements: readonly Operation[] = [
  function reshape(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    const lengths = x.shape.filter(length => length > 1);
    const ones = Array.from({ length: random.whole(0, 4 - lengths.length) }, () => 1);
    const joined =
      lengths.length > 1 && random.chance(0.4)
        ? [lengths[0]! * lengths[1]!, ...lengths.slice(2)]
        : lengths;
    const shape = random.chance(0.2)
      ? [x.values.length]
      : random.chance(0.5)
        ? [...ones, ...joined]
        : [...joined, ...ones];
    return {
      name: `reshape to [${shape}]`,
      inputs: [input],
      result: moved(x, shape, x.values),
      run: ([t]) => tf.reshape(t!, [...shape]),
    };
  },
  function transpose(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    const perm = random.shuffled(x.shape.map((_, axis) => axis));
    const shape = perm.map(axis => x.shape[axis]!);
    const values = pick(x, shape, index => x.shape.map((_, axis) => index[perm.indexOf(axis)]!));
    return {
      name: `transpose by [${perm}]`,
      inputs: [input],
      result: moved(x, shape, values),
      run: ([t]) => tf.transpose(t!, perm),
    };
  },
  function tile(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    const reps = x.shape.map(length =>
      random.chance(length === 1 ? 0.6 : 0.1) ? 2 + (length % 3) : 1,
    );
    const shape = x.shape.map((length, axis) => length * reps[axis]!);
    if (sizeOf(shape) > 300 || shape.length === 0) return undefined;
    const values = pick(x, shape, index => index.map((i, axis) => i % x.shape[axis]!));
    return {
      name: `tile by [${reps}]`,
      inputs: [input],
      result: moved(x, shape, values),
      run: ([t]) => tf.tile(t!, reps),
    };
  },
  function broadcastTo(_, operands) {
    const input = operands.choose();
    const other = operands.at(operands.choose());
    const x = operands.at(input);
    const made = zip([x, other], value => value);
    if (made === undefined || made.shape.length === 0) return undefined;
    return {
      name: `broadcast to [${made.shape}]`,
      inputs: [input],
      result: moved(x, made.shape, made.values),
      run: ([t]) => tf.broadcastTo(t!, [...made.shape]),
    };
  },
  function slice(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    if (x.shape.length === 0) return undefined;
    const begin = x.shape.map(length => (random.chance(0.5) ? 0 : random.whole(0, length - 1)));
    const shape = x.shape.map((length, axis) =>
      random.chance(0.5) ? length - begin[axis]! : random.whole(1, length - begin[axis]!),
    );
    const values = pick(x, shape, index => index.map((i, axis) => i + begin[axis]!));
    return {
      name: `slice of [${shape}] at [${begin}]`,
      inputs: [input],
      result: moved(x, shape, values),
      run: ([t]) => tf.slice(t!, begin, shape),
    };
  },
  function reverse(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    if (x.shape.length === 0) return undefined;
    const axes = random.axes(x.shape.length);
    const values = pick(x, x.shape, index =>
      index.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)),
    );
    return {
      name: `reverse of [${axes}]`,
      inputs: [input],
      result: moved(x, x.shape, values),
      run: ([t]) => tf.reverse(t!, axes),
    };
  },
  function concat(random, operands) {
    const input = operands.choose();
    const x = operands.at(input);
    if (x.shape.length === 0 || x.values.length > 150) return undefined;
    const axis = random.whole(0, x.shape.length - 1);
    const shape = x.shape.map((length, i) => (i === axis ? 2 * length : length));
    const values = pick(x, shape, index => index.map((i, at) => i % x.shape[at]!));
    return {
      name: `concat with itself along ${axis}`,
      inputs: [input],
      result: moved(x, shape, values),
      run: ([t]) => tf.concat([t!, t!], axis),
    };
  },
  function pad(random, operands) {
    const input = operands.choose('float32');
    const x = operands.at(input);
    if (x.shape.length === 0 || x.shape.length > 4) return undefined;
    const paddings = x.shape.map((): [number, number] => [random.whole(0, 1), random.whole(0, 1)]);
    const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
    if (sizeOf(shape) > 300) return undefined;
    const inside = { ...x, values: Float64Array.from(x.values) };
    const values = Float64Array.from(pick(x, shape, index => index.map(() => 0)));
    fillPadded(values, shape, inside, paddings);
    return {
      name: `pad by [${paddings}]`,
      inputs: [input],
      result: moved(x, shape, values),
      run: ([t]) => tf.pad(t!, paddings),
    };
  },
];

function fillPadded(
  values: Float64Array,
  shape: readonly number[],
  x: Numbers,
  paddings: readonly [number, number][],
): void {
  const whole: Numbers = { ...x, shape, values: Float64Array.from(values, (_, place) => place) };
  values.fill(0);
  const places = pick(whole, x.shape, index => index.map((i, axis) => i + paddings[axis]![0]));
  places.forEach((place, i) => {
    values[place] = x.values[i]!;
  });
}
