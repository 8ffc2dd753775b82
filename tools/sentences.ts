// Draws sentences at random from comments, docstrings, messages and pages, to check that a reader understands each on its own:
// `npx tsx tools/sentences.ts --seed 1 --count 60`. The same seed and the same files give the same sentences.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSentences } from './prose/read';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '60' },
    where: { type: 'boolean', default: false },
    in: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log(`Draws sentences at random and prints them with numbers.
  --seed <number>   whole number from 0; another seed draws other sentences (1)
  --count <number>  how many sentences to draw (60)
  --where           prints the file and the line below each sentence
  --in <path>       draws only from files whose path begins with this text, such as packages/train`);
  process.exit(0);
}

const [seed, count] = [Number(values.seed), Number(values.count)];
if (!Number.isInteger(seed) || seed < 0 || !Number.isInteger(count) || count < 1) {
  console.error('--seed must be a whole number from 0, and --count a whole number from 1.');
  process.exit(1);
}

/** Yields random numbers from 0 up to but not including 1 (mulberry32). */
function* numbers(state: number): Generator<number, never> {
  while (true) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const sentences = readSentences(fileURLToPath(new URL('..', import.meta.url)), values.in);
const random = numbers(seed);
for (let drawn = 0; drawn < Math.min(count, sentences.length); drawn++) {
  const other = drawn + Math.floor(random.next().value * (sentences.length - drawn));
  const { file, line, text } = sentences[other]!;
  sentences[other] = sentences[drawn]!;
  console.log(`${drawn + 1}. ${text}${values.where ? `\n   ${file}:${line}` : ''}`);
}
console.error(`${Math.min(count, sentences.length)} of ${sentences.length} sentences.`);
