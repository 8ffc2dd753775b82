import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseManifest } from '@shroom/data';
import { comparePaired, type Interval, type PairedComparison } from '@shroom/train';
import { parse } from 'csv-parse/sync';
import { openClassifier } from './classifier';
import { RunFolderError } from './errors';
import type { Evaluated } from './evaluate';
import { requireClassifier } from './file/load';
import { precisionOf } from './network/precision';
import type { OnProgress } from './progress';
import { type RunConfiguration, runOf } from './run/folder';
import { whyUntrained } from './run/unfinished';
import type { TaskName } from './task';

export interface CompareOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A run in a comparison. */
export interface ComparedRun {
  readonly folder: string;
  readonly classes: readonly string[];
  /** Number of its test photos. */
  readonly photos: number;
  /** How its networks compute: `float32`, `int8`, or `float32 and int8`. */
  readonly precision: string;
  /** Metrics on its test photos, such as `accuracy` and `macroF1`, with their intervals. */
  readonly figures: Readonly<Record<string, Interval>>;
}

/** Runs side by side, as plain data. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** The options in which the runs differ. */
  readonly options: readonly {
    /** The path of the option, such as `seed` or `finetuning.epochs`. */
    readonly name: string;
    /** The value in each run, in the order of the runs. Absent if a run does not have the option. */
    readonly values: readonly unknown[];
  }[];
  /** Each later run against the first one, on the test photos that both have. */
  readonly pairs: readonly ({
    /** Index of the later run. */
    readonly run: number;
  } & PairedComparison)[];
}

/**
 * Compares runs: in which options they differ, their metrics, and whether a difference between them is more than chance. For the last, each
 * run is compared with the first one on the test photos that both have, which are recognized by their hash.
 *
 * A fine-tuned classifier has no list of predictions, so it is evaluated on the test photos of its run first.
 *
 * @throws RunFolderError when a folder holds no finished run. RangeError for fewer than two folders, or runs of different tasks.
 * @example
 * ```ts
 * const { pairs } = await compareRuns(['runs/pets', 'runs/pets-finetuned']);
 * for (const { gain, p } of pairs) console.log(gain.value, p);
 * ```
 */
export async function compareRuns(
  folders: readonly string[],
  options: CompareOptions = {},
): Promise<Comparison> {
  if (folders.length < 2) throw new RangeError('A comparison needs two runs or more.');
  const read = [];
  for (const folder of folders) read.push(await readRun(resolve(folder), options));
  requireOneTask(read);
  const files = await Promise.all(read.map(({ folder }) => requireClassifier(folder)));
  const [first, ...others] = read;
  const pairs = others.flatMap(({ right }, index) => {
    const both = [...right.keys()].filter(sha256 => first!.right.has(sha256));
    if (both.length === 0) return [];
    const [one, other] = [first!.right, right].map(answers => both.map(key => answers.get(key)!));
    return [{ run: index + 1, ...comparePaired(one!, other!) }];
  });
  return {
    runs: read.map(({ folder, classes, right, figures }, run) => {
      return { folder, classes, photos: right.size, precision: precisionOf(files[run]!), figures };
    }),
    options: differing(
      read.map(({ configuration }) => ({ precision: 'float32', ...configuration })),
    ),
    pairs,
  };
}

/** @throws RangeError when a right answer is one class in one run, and all classes of a photo in another. */
function requireOneTask(runs: readonly ReadRun[]): void {
  const [several, one] = [true, false].map(wanted =>
    runs.find(({ several }) => several === wanted),
  );
  if (several && one)
    throw new RangeError(
      `'${several.folder}' answers with any number of classes a photo, '${one.folder}' with one, so their figures mean different things. Compare runs of the same task.`,
    );
}

interface ReadRun {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly configuration: RunConfiguration;
  /** Whether the answer for a test photo was right, by the hash of the photo. */
  readonly right: ReadonlyMap<string, boolean>;
  readonly figures: Readonly<Record<string, Interval>>;
  /** Whether a photo may have several classes. */
  readonly several: boolean;
}

async function readRun(folder: string, options: CompareOptions): Promise<ReadRun> {
  options.signal?.throwIfAborted();
  if (!existsSync(folder))
    throw new RunFolderError(folder, 'does not exist. Name the folders that training has written.');
  if (!existsSync(join(folder, 'classifier.json')))
    throw new RunFolderError(folder, `cannot be compared: ${await whyUntrained(folder)}`);
  const { configuration } = await runOf(
    folder,
    'a comparison needs its test photos. Name the folder that training has written.',
  );
  const manifest = parseManifest(await readFile(join(folder, 'split.json'), 'utf8'));
  const { right, ...answers } = existsSync(join(folder, 'predictions.csv'))
    ? await stored(folder, configuration)
    : await evaluated(folder, options);
  const byHash = manifest.test.flatMap(({ id, sha256 }) => {
    const answer = right.get(id);
    return answer === undefined ? [] : [[sha256, answer] as const];
  });
  const { classes } = manifest;
  return { folder, classes, configuration, right: new Map(byHash), ...answers };
}

type Answers = Pick<ReadRun, 'right' | 'figures' | 'several'>;

/** What the run has written: `predictions.csv` and `metrics.json`. */
async function stored(folder: string, { columns }: RunConfiguration): Promise<Answers> {
  const rows: string[][] = parse(await readFile(join(folder, 'predictions.csv')));
  const separator = columns?.labelSeparator ?? '|';
  const unordered = (classes: string) => classes.split(separator).sort().join(separator);
  const right = new Map(
    rows.slice(1).map(([photo = '', , truth = '', prediction = '']) => {
      // A quote before the name protects spreadsheets from formulas.
      const id = photo.replace(/^'(?=[=+\-@\t\r])/, '');
      return [id, unordered(truth) === unordered(prediction)] as const;
    }),
  );
  const { test } = JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')) as {
    test: { task?: TaskName; intervals: Record<string, Interval> };
  };
  const { perClass: _, ...figures } = test.intervals;
  return { right, figures, several: test.task === 'multi-label' };
}

/** The answers of a classifier that has not written them. */
async function evaluated(folder: string, options: CompareOptions): Promise<Answers> {
  const classifier = await openClassifier(folder, options);
  try {
    const result = await classifier.evaluate(undefined, options);
    const { figures } = result.assessment;
    const several = result.task === 'multi-label';
    return { right: new Map(answersOf(result)), figures, several };
  } finally {
    await classifier.dispose();
  }
}

function answersOf(result: Evaluated): (readonly [photo: string, isRight: boolean])[] {
  const { photos } = result;
  return result.task === 'multi-label'
    ? result.assessment.answers.map(({ truth, said }, sample) => {
        const isRight = `${[...truth].sort()}` === `${[...said].sort()}`;
        return [photos[sample]!, isRight] as const;
      })
    : result.assessment.hardest.map(({ sample, truth, predicted }) => {
        return [photos[sample]!, truth === predicted] as const;
      });
}

/** The options whose values differ. */
function differing(configurations: readonly object[]): Comparison['options'] {
  const all = configurations.map(each => Object.fromEntries(flattened('', each)));
  const names = new Set(all.flatMap(each => Object.keys(each)));
  return [...names].flatMap(name => {
    const values = all.map(each => each[name]);
    // One architecture may be given as a list of one.
    const isSame = new Set(values.map(value => JSON.stringify([value].flat()))).size === 1;
    return isSame || name === 'name' ? [] : [{ name, values }];
  });
}

/** The values of an object by their paths, such as `finetuning.epochs`. */
function flattened(path: string, value: unknown): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, each]) =>
    flattened(path === '' ? name : `${path}.${name}`, each),
  );
}
