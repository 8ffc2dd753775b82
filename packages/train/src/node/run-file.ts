import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '@shroom/formats';
import { type NamesOf, requireKnown } from '../options/option-names';
import { writeAtomically } from './atomic';
import type { RunIdentity } from './identity';
import { differences } from './plain';

/** What a run was started with: `run.json` in its folder. */
export interface RunFile<C> {
  /** Plain data, by which everything can be made again. */
  readonly configuration: C;
  /** Of whatever may change the numbers, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of the training that the configuration was made into. Absent until it has started. */
  readonly identity?: RunIdentity;
}

/**
 * A folder holds another training than the one that was about to start in it.
 *
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * try {
 *   for await (const { epoch } of fitWithCheckpoints('runs/a', classifier, data, recipes.fast))
 *     console.log(epoch);
 * } catch (error) {
 *   if (!(error instanceof RunMismatchError)) throw error;
 *   console.error('runs/a is of another training. Choose another folder.', error.differences);
 * }
 * ```
 */
export class RunMismatchError extends Error {
  override readonly name = 'RunMismatchError';
  /** What differs: where, what it was, and what it is now. */
  readonly differences: readonly string[];

  constructor(folder: string, differences: readonly string[]) {
    const shown = differences.slice(0, 20).map(each => `\n  ${each}`);
    const more = differences.length > 20 ? `\n  and ${differences.length - 20} more` : '';
    super(
      `${folder} holds another training. What differs:${shown.join('')}${more}\n` +
        'Give what it was started with to go on with it, or another folder.',
    );
    this.differences = differences;
  }
}

/**
 * Writes what a run is started with. Where the folder holds this very run, its file stays as it is.
 *
 * @throws RunMismatchError when the folder holds a run of another configuration, naming what differs.
 * @throws TypeError when JSON cannot hold the configuration, such as an infinite number.
 * @example
 * ```ts
 * const configuration = { seed: 1, photos: 'photos/' };
 * await saveRun('runs/a', { configuration, versions: { node: process.versions.node } });
 * ```
 */
export async function saveRun<C>(folder: string, run: RunFile<C>): Promise<void> {
  requireRun(run);
  const known = await runIn<C>(folder);
  if (known) requireSame(folder, known, run);
  else await writeRun(folder, run);
}

const runKeys: NamesOf<RunFile<unknown>> = { configuration: true, versions: true, identity: true };

/** @throws TypeError when a configuration would not come back from JSON as it is: the run could not be made again from it. */
export function requireRun<C>(run: RunFile<C>): void {
  requireKnown('', run, runKeys);
  const { configuration } = run;
  const text = JSON.stringify({ configuration });
  const found = differences({ configuration }, JSON.parse(text));
  const odd =
    configuration === undefined ? 'There is none' : unplain('configuration', configuration);
  if (odd !== undefined) found.unshift(odd);
  if (found.length > 0)
    throw new TypeError(
      `A run's configuration should be plain data, which JSON holds; it would be read back as another. ${found.slice(0, 3).join('; ')}.`,
    );
}

/** Where something is an object of a class: JSON loses what is in a Map or a Set. */
function unplain(path: string, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value);
  const isPlain =
    Array.isArray(value) || prototype === null || prototype?.constructor?.name === 'Object';
  if (!isPlain) return `${path} is a ${prototype?.constructor?.name || 'class of its own'}`;
  for (const [name, each] of Object.entries(value)) {
    const found = unplain(`${path}.${name}`, each);
    if (found !== undefined) return found;
  }
  return undefined;
}

export async function writeRun<C>(folder: string, run: RunFile<C>): Promise<void> {
  await writeAtomically(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

export function runIn<C>(folder: string): Promise<RunFile<C>> | undefined {
  return existsSync(join(folder, 'run.json')) ? openRun<C>(folder) : undefined;
}

export function requireSame<C>(folder: string, known: RunFile<C>, now: RunFile<C>): void {
  const found = differences(
    { configuration: known.configuration },
    { configuration: now.configuration },
  );
  if (found.length > 0) throw new RunMismatchError(folder, found);
}

/**
 * Reads what a run was started with.
 *
 * @throws Error when the folder holds no run. FormatError when what it holds is damaged.
 * @example
 * ```ts
 * const { configuration } = await openRun<{ seed: number }>('runs/a');
 * console.log(configuration.seed);
 * ```
 */
export async function openRun<C>(folder: string): Promise<RunFile<C>> {
  const path = join(folder, 'run.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
      throw new Error(`${folder} holds no run (no run.json): there is nothing to resume.`, {
        cause,
      });
    throw new FormatError(`${path} cannot be read: ${cause.message}.`, { source: path, cause });
  });
  const run = parsed(text, path) as RunFile<C> | null;
  if (typeof run !== 'object' || run === null || !('configuration' in run))
    throw new FormatError(
      `${path} is damaged: it has no configuration. Restore it, or take another folder.`,
      { source: path },
    );
  return run;
}

/** @throws FormatError naming the file. */
export function parsed(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${source} is damaged: what it says of its run is not JSON.`, {
      source,
      cause,
    });
  }
}
