/**
 * Computes thousands of random programs on `ort` and compares the results with float64. Also compares thousands of
 * broadcasts, convolutions and poolings, and their gradients, with `cpu`.
 *
 *     npm run fuzz:engine -- [programs, default 20000] [first seed, default 0]
 */
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { configureOrt, ortBackend } from '../src/index';
import {
  apart,
  type Computation,
  computations,
  drawOperands,
  forwardsAndBackwards,
  type Operand,
} from './broadcasts';
import { check, compute, describe, drawProgram, leafTensors } from './program';
import { drawWindowed } from './windows';

const programs = Number(process.argv[2] ?? 20_000);
const first = Number(process.argv[3] ?? 0);
/** Number of programs for each broadcast and each convolution or pooling. */
const programsPerComparison = 10;
const say = (text: string) => process.stdout.write(`${text}\n`);
// One thread, because each program is compiled and computes only few numbers: more threads would only cost time to start
// and stop.
configureOrt({ threads: 1 });

let operations = 0;
let wrong = 0;
await tf.setBackend('ort');
for (let seed = first; seed < first + programs; seed++) {
  const program = drawProgram(seed);
  operations += program.steps.length;
  const leaves = leafTensors(program);
  const results = compute(program, leaves);
  const fault = await check(program, results).catch((error: Error) => error.message);
  tf.dispose([leaves, results]);
  if (fault === undefined) continue;
  wrong++;
  say(`${describe(program)}\n${fault}\n`);
}
const { compilations, fewerRewrites } = ortBackend()!.statistics;
say(
  `${programs} programs of ${operations} operations, ${compilations} compiled models, ${fewerRewrites} of which need fewer rewrites: ` +
    `${wrong} programs differ from float64`,
);

/** @returns whether the two engines differ. */
async function differs(text: string, compute: Computation, operands: readonly Operand[]) {
  await tf.setBackend('cpu');
  const expected = await forwardsAndBackwards(compute, operands);
  await tf.setBackend('ort');
  const difference = apart(expected, await forwardsAndBackwards(compute, operands));
  if (difference < 1e-5) return false;
  say(`${text} differs from cpu by ${difference}`);
  return true;
}

const names = Object.keys(computations);
const comparisons = Math.ceil(programs / programsPerComparison);
let different = 0;
for (let seed = first; seed < first + comparisons; seed++) {
  const name = names[seed % names.length]!;
  const operands = drawOperands(seed);
  const shapes = operands.map(({ shape }) => `[${shape}]`).join(', ');
  const text = `seed ${seed}: ${name} of ${shapes}`;
  if (await differs(text, computations[name]!, operands)) different++;
  const windowed = drawWindowed(seed);
  if (await differs(windowed.text, windowed.compute, windowed.operands)) different++;
}
say(
  `${comparisons} broadcasts and as many convolutions and poolings, forwards and backwards: ${different} differ from cpu`,
);
if (wrong + different > 0) process.exitCode = 1;
