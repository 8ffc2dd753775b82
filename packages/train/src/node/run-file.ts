import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '@shroom/formats';
import { type NamesOf, requireKnown } from '../options/option-names';
import { writeAtomically } from './atomic';
import type { RunIdentity } from './identity';
import { differences } from './plain';

/** What a run was started with; saved as `run.json` in its folder. */
export interface RunFile<C> {
  /** Plain data from which classifier, data and options can be built again. */
  readonly configuration: C;
  /** Versions of software that may influence the numbers, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Identity of the training that was built from the configuration. Absent until the training has started. */
  readonly identity?: RunIdentity;
}

/**
 * Thrown when a folder holds a different training from the one that should start in it.
 *
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * try {
 *   for await (const { epoch } of fitWithCheckpoints('runs/a', classifier, data, recipes.fast))
 *     console.log(epoch);
 * } catch (error) {
 *   if (!(error instanceof RunMismatchError)) throw error;
 *   console.error('runs/a holds another training. Choose another folder.', error.differences);
 * }
 * ```
 */
export class RunMismatchError extends Error {
  override readonly name = 'RunMismatchError';
  /** The differences: where they are, the old value, and the new value. */
  readonly differences: readonly string[];

  constructor(folder: string, differences: readonly string[]) {
    const shown = differences.slice(0, 20).map(each => `\n  ${each}`);
    const more = differences.length > 20 ? `\n  and ${differences.length - 20} more` : '';
    super(
      `${folder} holds another training. Differences:${shown.join('')}${more}\n` +
        'To resume that training, use the same data and options; to start a new one, choose another folder.',
    );
    this.differences = differences;
  }
}

/**
 * Saves what a run is started with. If the folder already holds the same run, its `run.json` is not changed.
 *
 * @throws RunMismatchError when the folder holds a run with another configuration, listing the differences.
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

/** @throws TypeError when JSON cannot represent the configuration, because the run could not be built from it again. */
export function requireRun<C>(run: RunFile<C>): void {
  requireKnown('', run, runKeys);
  const { configuration } = run;
  const text = JSON.stringify({ configuration });
  const found = differences({ configuration }, JSON.parse(text));
  const odd =
    configuration === undefined ? 'It is undefined' : unplain('configuration', configuration);
  if (odd !== undefined) found.unshift(odd);
  if (found.length > 0)
    throw new TypeError(
      "A run's configuration should be plain data, which JSON can represent; otherwise reading it back changes " +
        `it. ${found.slice(0, 3).join('; ')}.`,
    );
}

/** The path of a value that is an object of a class, if there is one: JSON loses the content of a Map or a Set. */
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
 * @throws Error when the folder holds no run.
 * @throws FormatError when `run.json` is damaged.
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
      throw new Error(`${folder} holds no run.json, so there is no run to resume.`, {
        cause,
      });
    throw new FormatError(`${path} cannot be read: ${cause.message}.`, { source: path, cause });
  });
  const run = parsed(text, path) as RunFile<C> | null;
  if (typeof run !== 'object' || run === null || !('configuration' in run))
    throw new FormatError(
      `${path} is damaged: it has no configuration. Restore the file, or use another folder.`,
      { source: path },
    );
  return run;
}

/** @throws FormatError naming the file. */
export function parsed(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${source} is damaged: its description of the run is not JSON.`, {
      source,
      cause,
    });
  }
}
