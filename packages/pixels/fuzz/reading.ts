import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dice, mutate, survive, type Target } from './damage';

const timeout = 20_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Gives damaged files to readers, and prints the results. A file that breaks a reader is saved, and the program then ends with exit code 1.
 */
export async function readDamaged(
  targets: readonly Target[],
  cases: number,
  seed: number,
): Promise<void> {
  for (const target of targets) {
    let accepted = 0;
    let slowest = 0;
    for (let index = 0; index < cases; index++) {
      const random = dice(`${target.name} ${seed} ${index}`);
      const bytes = mutate(target.seeds[random.below(target.seeds.length)]!, random);
      const keep = (what: string) => {
        const file = join(tmpdir(), `fuzz-${target.name.replaceAll(' ', '-')}-${seed}-${index}`);
        writeFileSync(file, bytes);
        say(`${target.name}, case ${index}: ${what}. The input is kept in ${file}.`);
        process.exit(1);
      };
      const begin = performance.now();
      const timer = setTimeout(() => keep(`no answer in ${timeout / 1000} s`), timeout);
      try {
        if (await survive(target, bytes)) accepted += 1;
      } catch (error) {
        keep(String((error as Error).stack));
      }
      clearTimeout(timer);
      slowest = Math.max(slowest, performance.now() - begin);
    }
    say(
      `${target.name.padEnd(15)} ${cases} cases, ${accepted} accepted, the others refused; ` +
        `the slowest took ${slowest.toFixed(0)} ms`,
    );
  }
}
