import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ortBackend } from '../src/index';
import { reversed } from '../src/operators/convolution';
import { distance, normal, onBoth } from './backends';

test('an array of matrices is turned', () => {
  for (const [count, inputs, outputs] of [
    [1, 1, 1],
    [1, 33, 70],
    [9, 40, 3],
    [25, 1, 65],
  ] as const) {
    const numbers = Float32Array.from({ length: count * inputs * outputs }, (_, i) => i);
    const turned = reversed(numbers, inputs, outputs);
    for (let n = 0; n < count; n++)
      for (let row = 0; row < inputs; row++)
        for (let column = 0; column < outputs; column++) {
          const there = turned[(column * inputs + row) * count + n];
          if (there !== (n * inputs + row) * outputs + column)
            throw new Error(`${[n, row, column]} of ${[count, inputs, outputs]} is ${there}`);
        }
  }
});

const runs = 3;

const full = (x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
const depthwise = (x: tf.Tensor, filter: tf.Tensor) =>
  tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');

/** Filters below and above the size from which weights stay beside the model. */
const cases = [
  { convolve: full, filter: [1, 1, 8, 40] },
  { convolve: full, filter: [1, 1, 48, 40] },
  { convolve: full, filter: [3, 3, 4, 8] },
  { convolve: full, filter: [3, 3, 16, 33] },
  { convolve: full, filter: [2, 5, 24, 12] },
  { convolve: depthwise, filter: [3, 3, 5, 1] },
  { convolve: depthwise, filter: [3, 2, 100, 2] },
];

describe('weights that are compiled in give what the cpu backend does', () => {
  test.each(cases)('$convolve.name convolution, filter $filter', async ({ convolve, filter }) => {
    const inputs = [normal([2, 7, 6, filter[2]!], 2), normal(filter, 1)];
    const { cpu, ort } = await onBoth(inputs, (x, numbers) => {
      const weights = tf.variable(numbers!);
      const computed: tf.Tensor[] = [];
      const compute = (count: number, make: () => tf.Tensor) => {
        for (let run = 0; run < count; run++) {
          const made = make();
          made.dataSync();
          computed.push(made);
        }
      };
      const loss = (at: tf.Tensor) => tf.sum(tf.square(convolve(at, weights)));
      compute(runs, () => convolve(x!, weights));
      // A gradient takes the filter in another order than the convolution.
      compute(runs, () => tf.grad(loss)(x!));
      weights.assign(tf.mul(weights, 2));
      compute(runs, () => convolve(x!, weights));
      compute(1, () => tf.grad(loss)(x!));
      weights.dispose();
      return computed;
    });
    for (const [index, expected] of cpu.entries())
      expect(distance(expected, ort[index]!)).toBeLessThan(1e-5);
  });

  test('a filter of two convolutions that order it differently', async () => {
    await tf.setBackend('ort');
    const { compilations } = ortBackend()!.statistics;
    const [x, weights] = [normal([1, 6, 5, 3], 2), normal([3, 3, 3, 3], 1)].map(
      ({ shape, values }) => tf.variable(tf.tensor([...values], shape)),
    ) as [tf.Variable, tf.Variable];
    const outputs: Float32Array[] = [];
    for (let run = 0; run < runs; run++) {
      const both = tf.tidy(() => tf.concat([full(x, weights), depthwise(x, weights)], 3));
      outputs.push(await both.data<'float32'>());
      both.dispose();
    }
    tf.dispose([x, weights]);
    const [first, , last] = outputs as [Float32Array, Float32Array, Float32Array];
    expect(last).toEqual(first);
    // Where a model does not compile, its parts are tried one by one.
    expect(ortBackend()!.statistics.compilations - compilations).toBe(1);
  });
});
