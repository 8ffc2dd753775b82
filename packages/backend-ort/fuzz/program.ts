import * as tf from '@tensorflow/tfjs-core';
import { functions, sums } from './arithmetic';
import { discrete } from './discrete';
import { movements } from './movements';
import { largestOf, type Numbers, sizeOf } from './numbers';
import type { Operands, Operation, Step } from './operation';
import { Random } from './random';
import { products, reduction } from './reductions';
import { tricks } from './tricks';

/** Random tensors (leaves) and steps that compute with them and with each other's results. */
export interface Program {
  readonly seed: number;
  readonly leaves: readonly Numbers[];
  readonly steps: readonly Step[];
  /** Indices of the values that are read; leaves have the first indices. */
  readonly outputs: readonly number[];
  /** The largest number among all values. */
  readonly largest: number;
}

/** Maximum difference from float64, relative to the largest number of the program. */
const tolerance = 1e-5;

/** Programs consist of steps after which the float32 error is at most this share of the largest number. */
const condition = 3e-6;

/** The operations that are drawn, with their weights. */
const weights: readonly (readonly [number, readonly Operation[]])[] = [
  [6, sums],
  [4, tricks],
  [3, functions],
  [3, movements],
  [2, [reduction]],
  [2, discrete],
  [1, products],
];

/** The program for a seed. The same seed always gives the same program. */
export function drawProgram(seed: number): Program {
  const random = new Random(seed);
  // Shapes are derived from one shape, so that most of them broadcast.
  const whole = Array.from({ length: random.whole(1, 5) }, () => random.whole(1, 4));
  const values: Numbers[] = Array.from({ length: random.whole(1, 4) }, () =>
    drawLeaf(random, whole),
  );
  values.push(drawBooleans(random, whole), { ...drawBooleans(random, whole), dtype: 'int32' });
  const leaves = [...values];
  let largest = Math.max(...leaves.map(leaf => largestOf(leaf.values)));
  const operands: Operands = {
    // Later values are chosen more often than earlier ones.
    choose: dtype => {
      const fitting = values.flatMap((value, i) => (!dtype || value.dtype === dtype ? [i] : []));
      const late = Math.max(random.next(), random.next());
      return fitting[Math.floor(late * fitting.length)]!;
    },
    at: index => values[index]!,
  };
  const groups = weights.flatMap(([weight, operations]) =>
    Array<readonly Operation[]>(weight).fill(operations),
  );
  // A program uses only a few operations, so that the same operations are combined repeatedly.
  const vocabulary = Array.from({ length: random.whole(2, 12) }, () =>
    random.of(random.of(groups)),
  );
  const steps: Step[] = [];
  const count = random.whole(2, 14);
  for (let trial = 0; trial < 8 * count && steps.length < count; trial++) {
    const step = random.of(vocabulary)(random, operands);
    if (step === undefined || step.result.values.length > 400 || step.result.shape.length > 6)
      continue;
    const most = Math.max(largest, largestOf(step.result.values));
    if (step.result.error > condition * most) continue;
    largest = most;
    steps.push(step);
    values.push(step.result);
  }
  const made = steps.map((_, i) => leaves.length + i);
  const outputs = made.filter(index => index === made.at(-1) || random.chance(0.15));
  return { seed, leaves, steps, outputs, largest };
}

function drawShape(random: Random, whole: readonly number[]): number[] {
  const shape = whole.slice(random.chance(0.6) ? 0 : random.whole(0, whole.length));
  return shape.map(length => (random.chance(0.25) ? 1 : length));
}

function drawLeaf(random: Random, whole: readonly number[]): Numbers {
  const shape = drawShape(random, whole);
  const exact = random.chance(0.5);
  // Half of the leaves are possible divisors.
  const least = random.chance(0.5) ? 1 : -8;
  const values = Float64Array.from({ length: sizeOf(shape) }, () =>
    exact ? random.whole(least, 8) / 4 : Math.fround(least / 4 + ((8 - least) / 4) * random.next()),
  );
  return { shape, values, dtype: 'float32', error: 0 };
}

function drawBooleans(random: Random, whole: readonly number[]): Numbers {
  const shape = drawShape(random, whole);
  const values = Float64Array.from({ length: sizeOf(shape) }, () => random.whole(0, 1));
  return { shape, values, dtype: 'bool', error: 0 };
}

/** The leaves as tensors of the current backend. */
export function leafTensors({ leaves }: Program): tf.Tensor[] {
  return leaves.map(({ values, shape, dtype }) => tf.tensor([...values], [...shape], dtype));
}

/** Computes the program's outputs on the current backend. */
export function compute({ steps, outputs }: Program, leaves: readonly tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(() => {
    const made = [...leaves];
    for (const { inputs, run } of steps) made.push(run(inputs.map(input => made[input]!)));
    return outputs.map(output => made[output]!);
  });
}

/** Describes the error in the results of a program; `undefined` if there is none. */
export async function check(
  program: Program,
  results: readonly tf.Tensor[],
): Promise<string | undefined> {
  for (const [i, result] of results.entries()) {
    const output = program.outputs[i]!;
    const expected = program.steps[output - program.leaves.length]!.result;
    const values = await result.data();
    const worst = expected.values.reduce((most, value, at) => {
      const apart = Math.abs(value - values[at]!);
      return apart <= most ? most : Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    }, 0);
    const same = result.shape.join() === expected.shape.join() && result.dtype === expected.dtype;
    if (same && worst <= tolerance * program.largest) continue;
    return (
      `v${output} is ${result.dtype} [${result.shape}], ${worst} from ${expected.dtype} [${expected.shape}]; the ` +
      `largest number is ${program.largest}`
    );
  }
  return undefined;
}

/** Describes the program in words, one line per value. */
export function describe({ seed, leaves, steps, outputs }: Program): string {
  const lines = leaves.map(({ shape, dtype }, i) => `v${i} = ${dtype} [${shape}]`);
  steps.forEach(({ name, inputs, result }, i) => {
    const at = leaves.length + i;
    const kept = outputs.includes(at) ? ' (read)' : '';
    lines.push(`v${at} = ${name} of ${inputs.map(input => `v${input}`)} [${result.shape}]${kept}`);
  });
  return `seed ${seed}\n${lines.join('\n')}`;
}
