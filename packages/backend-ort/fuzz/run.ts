/**
 * Computes thousands of random programs on `ort` and compares them with float64, and thousands of broadcasts and their
 * gradients with `cpu`.
 *
 *     npm run fuzz:engine -- [programs, default 20000] [first seed, default 0]
 */
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { configureOrt, ortBackend } from '../src/index';
import { apart, computations, drawOperands, forwardsAndBackwards } from './broadcasts';
import { check, compute, describe, drawProgram, leafTensors } from './program';

const programs = Number(process.argv[2] ?? 20_000);
const first = Number(process.argv[3] ?? 0);
/** One broadcast for so many programs. */
const PROGRAMS_A_BROADCAST = 10;
const say = (text: string) => process.stdout.write(`${text}\n`);
// Each program is compiled, and the numbers are few: more threads would only be made and ended.
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
  `${programs} programs of ${operations} operations, ${compilations} compiled models of which ${fewerRewrites} need fewer rewrites: ` +
    `${wrong} programs differ from float64`,
);

const names = Object.keys(computations);
const broadcasts = Math.ceil(programs / PROGRAMS_A_BROADCAST);
let different = 0;
for (let seed = first; seed < first + broadcasts; seed++) {
  const name = names[seed % names.length]!;
  const operands = drawOperands(seed);
  await tf.setBackend('cpu');
  const expected = await forwardsAndBackwards(name, operands);
  await tf.setBackend('ort');
  const given = await forwardsAndBackwards(name, operands);
  const difference = apart(expected, given);
  if (difference < 1e-5) continue;
  different++;
  const shapes = operands.map(({ shape }) => `[${shape}]`).join(', ');
  say(`seed ${seed}: ${name} of ${shapes} is ${difference} from cpu`);
}
say(`${broadcasts} broadcasts, forwards and backwards: ${different} differ from cpu`);
if (wrong + different > 0) process.exitCode = 1;
