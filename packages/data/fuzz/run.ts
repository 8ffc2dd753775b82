/**
 * Reads thousands of damaged files: nothing may crash, hang, or fail in another way than callers are told of.
 *
 *     npx tsx packages/data/fuzz/run.ts [cases for each reader, default 3000] [seed]
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '../src/index';
import { fuzzTargets, mutate, survive } from './targets';

const cases = Number(process.argv[2] ?? 3000);
const seed = Number(process.argv[3] ?? 0);
const patience = 20_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

for (const target of await fuzzTargets()) {
  let accepted = 0;
  let slowest = 0;
  for (let index = 0; index < cases; index++) {
    const random = randomStream('fuzz', target.name, seed, index);
    const bytes = mutate(target.seeds[random.below(target.seeds.length)]!, random);
    const keep = (what: string) => {
      const file = join(tmpdir(), `fuzz-${target.name.replaceAll(' ', '-')}-${seed}-${index}`);
      writeFileSync(file, bytes);
      say(`${target.name}, case ${index}: ${what}. The input is kept in ${file}.`);
      process.exit(1);
    };
    const begin = performance.now();
    const timer = setTimeout(() => keep(`no answer in ${patience / 1000} s`), patience);
    try {
      if (await survive(target, bytes)) accepted += 1;
    } catch (error) {
      keep(String((error as Error).stack));
    }
    clearTimeout(timer);
    slowest = Math.max(slowest, performance.now() - begin);
  }
  say(
    `${target.name.padEnd(15)} ${cases} cases, ${accepted} accepted, the others refused in words; ` +
      `the slowest took ${slowest.toFixed(0)} ms`,
  );
}
