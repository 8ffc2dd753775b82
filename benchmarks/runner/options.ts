import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of the tasks to run; empty for all. */
  readonly names: readonly string[];
  readonly quick: boolean;
  /** Whether rows that were measured on this machine, with the same versions, are left as they are. */
  readonly resume: boolean;
  /** Number of rounds, rounds, instead of each row's own number. */
  readonly rounds: number | undefined;
  /** Root of another checkout to compare with this one. */
  readonly against: string | undefined;
  readonly list: boolean;
  readonly page: boolean;
  readonly help: boolean;
  readonly threads: number;
  /** A folder of photographs; undefined if there is none. */
  readonly photos: string | undefined;
  /** Folder for results and pages, instead of the project's own folders. */
  readonly out: string | undefined;
}

export const usage = `npm run bench                    every row of the table, growth and limits
npm run bench -- <name...>       one row or several; input-pipeline means every row whose name begins with it
  --quick                        two rounds of each row, for a first look; nothing is written
  --rounds <count>               rounds, instead of each row's own number
  --resume                       goes on after an interruption: leaves out what was measured on this machine with the same versions
  --against <checkout>           runs this checkout and another in turns, to measure how a change affects speed; nothing is written
  --list                         prints the names of the rows and what they measure
  --page                         writes the pages from the existing results, without measuring
  --threads <count>              threads of every contestant; default: the number of cores
  --photos <folder>              a folder of photographs for each class; default ../shared/mushrooms, else drawn pictures
  --out <folder>                 writes results and pages to this folder, not to benchmarks/ and docs/

PYTHON=<python with the peers>, default /usr/bin/python3, then python3. The peers are packages of PyPI: torch, torchvision, timm,
grad-cam, torchcam, captum, onnxruntime and scikit-learn.
TFJS_NODE=<folder of @tensorflow/tfjs-node>, default peers/node_modules/@tensorflow/tfjs-node; tools/tfjs-node/link.mjs installs it`;

const known = fileURLToPath(new URL('../../../shared/mushrooms', import.meta.url));

/** @throws TypeError for an unknown option. RangeError for an invalid number, or a folder that does not exist. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      against: { type: 'string' },
      list: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      threads: { type: 'string', default: `${availableParallelism()}` },
      photos: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const threads = count('threads', values.threads);
  const rounds = values.rounds === undefined ? undefined : count('rounds', values.rounds);
  if (values.photos !== undefined && !existsSync(values.photos))
    throw new RangeError(`--photos: the folder '${values.photos}' does not exist.`);
  const { against } = values;
  if (against !== undefined && !existsSync(join(against, 'benchmarks/contestants')))
    throw new RangeError(
      `--against: '${against}' is no checkout of this project. Clone it, run npm run setup there, and give its folder.`,
    );
  const photos = values.photos ?? (existsSync(known) ? known : undefined);
  return {
    ...values,
    names: positionals,
    threads,
    rounds,
    photos,
    out: values.out,
    against: against === undefined ? undefined : resolve(against),
  };
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1))
    throw new RangeError(`--${option} should be a number from 1 on, it is '${text}'.`);
  return value;
}

/**
 * The items with the given names. A name may be the beginning of several names.
 *
 * @throws RangeError for a name that matches no item.
 */
export function chosen<T extends { readonly name: string; readonly onlyByName?: boolean }>(
  items: readonly T[],
  names: readonly string[],
): T[] {
  if (names.length === 0) return items.filter(({ onlyByName }) => !onlyByName);
  const wanted = names.flatMap(name => {
    const exact = items.filter(item => item.name === name);
    const found = exact.length > 0 ? exact : items.filter(item => item.name.startsWith(`${name}-`));
    if (found.length === 0)
      throw new RangeError(
        `There is no row '${name}'. There are: ${items.map(item => item.name).join(', ')}.`,
      );
    return found;
  });
  return items.filter(item => wanted.includes(item));
}
