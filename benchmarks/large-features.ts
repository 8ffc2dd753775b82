// Measures training on features that do not fit in memory: generates a file, trains an epoch of the reference head on it, computes heads in
// closed form in one pass, and compares shuffles in blocks with the full one. Results are added to large-features.json, and the picture
// of the memory is written.
//
//   npx tsx benchmarks/large-features.ts --folder <folder>                 # all; the file has 16.4 GB, and is removed afterwards
//   npx tsx benchmarks/large-features.ts --folder <folder> --photos 20000  # a small file
//   npx tsx benchmarks/large-features.ts shuffles
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PassCost } from './large/closed-form';
import type { EpochCost } from './large/epoch';
import { type Generated, generate } from './large/generate';
import { memoryPicture } from './large/memory-picture';
import { measureShuffles, type ShuffleFigures } from './large/shuffles';
import { describeMachine, type Machine } from './runner/machine';
import { noPeers } from './runner/peers';
import { say } from './runner/terminal';

interface Figures {
  readonly sizes?: Generated;
  readonly epoch?: EpochCost;
  readonly pass?: PassCost;
  readonly prototypes?: PassCost;
  readonly shuffles?: readonly ShuffleFigures[];
  readonly machine?: Machine;
}

const steps = ['epoch', 'pass', 'prototypes', 'shuffles'] as const;
const figuresPath = new URL('large-features.json', import.meta.url);
const picturePath = new URL('../docs/images/large-features.svg', import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string' },
    photos: { type: 'string', default: '1000000' },
    seeds: { type: 'string', default: '5' },
    /** Keeps the file for the next call. */
    keep: { type: 'boolean', default: false },
  },
});
const chosen = positionals.length > 0 ? positionals : steps;
const odd = chosen.find(each => !steps.some(step => step === each));
if (odd !== undefined) throw new RangeError(`There is no '${odd}'; there are ${steps.join(', ')}.`);
const sizes: Generated = { photos: Number(values.photos), views: 4, channels: 2048, classes: 100 };

function write(more: Figures): void {
  const known = existsSync(figuresPath) ? JSON.parse(readFileSync(figuresPath, 'utf8')) : {};
  const machine = describeMachine(noPeers, 2);
  const figures: Figures = { ...known, machine, ...more };
  writeFileSync(figuresPath, `${JSON.stringify(figures, null, 2)}\n`);
  if (figures.epoch) writeFileSync(picturePath, memoryPicture(figures.epoch.curve));
}

/** Runs a program in a process of its own, so that only its memory counts. */
function run<Cost>(program: string, ...args: readonly string[]): Cost {
  const path = new URL(`large/${program}.ts`, import.meta.url).pathname;
  const out = execFileSync(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  return JSON.parse(out) as Cost;
}

async function generated(folder: string): Promise<string> {
  const path = join(folder, `features-${sizes.photos}.npy`);
  const size = 2 * sizes.photos * sizes.views * sizes.channels;
  await mkdir(folder, { recursive: true });
  const there = await stat(path).catch(() => undefined);
  if ((there?.size ?? 0) > size) return path;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < 1.2 * size)
    throw new Error(`${folder} needs ${size / 1e9} GB; ${(bavail * bsize) / 1e9} are free.`);
  await generate(path, sizes);
  return path;
}

if (chosen.some(step => step !== 'shuffles')) {
  if (values.folder === undefined)
    throw new Error('Name a --folder outside the project for the file of 16.4 GB.');
  const path = await generated(values.folder);
  const facts = JSON.stringify(sizes);
  if (chosen.includes('epoch')) {
    const epoch = run<EpochCost>('epoch', path, facts);
    say(`epoch: ${epoch.seconds.toFixed(0)} s, at most ${(epoch.peak / 1e9).toFixed(2)} GB`);
    write({ sizes, epoch });
  }
  for (const [step, products] of [
    ['pass', 'products'],
    ['prototypes', 'none'],
  ] as const) {
    if (!chosen.includes(step)) continue;
    const cost = run<PassCost>('closed-form', path, facts, products);
    say(`${step}: ${cost.seconds.toFixed(0)} s, at most ${(cost.peak / 1e9).toFixed(2)} GB`);
    write({ sizes, [step]: cost });
  }
  if (!values.keep) await rm(path);
}
if (chosen.includes('shuffles')) {
  const shuffles = await measureShuffles(
    Number(values.seeds),
    ({ shuffle, unevenness, accuracy }) =>
      say(`${JSON.stringify(shuffle)}: unevenness ${unevenness.toFixed(2)}, accuracy ${accuracy}`),
  );
  write({ shuffles });
}
