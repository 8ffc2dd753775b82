import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { measureGrowth } from '../growth/measure';
import { type Growth, growthSeries } from '../growth/series';
import { measureLimits } from '../limits/measure';
import { rows } from '../rows/table';
import type { OnRound } from './comparison';
import type { Machine } from './machine';
import { keepEntry, type Result, readEntries, writeJson } from './results';
import type { Place } from './row';
import { type RunOptions, runRow } from './run';
import { report, reportGrowth, reportLimits } from './terminal';

/** A task that `npm run bench` runs by its name: a row of the table, a growth series, or the limits of the machine. */
export interface Task {
  readonly name: string;
  readonly measures: string;
  readonly onlyByName?: boolean;
  /** Number of rounds of the task; below it, the number of rounds for warming up. */
  readonly rounds: number;
  readonly warmup: number;
  /**
   * Measures and reports.
   *
   * @param rounds Number of rounds, instead of the task's own.
   * @returns a function that saves the result in a folder.
   */
  run(options: RunOptions, rounds: number | undefined): Promise<(folder: string) => void>;
  /** Date of the result in the folder, if there is one. */
  known(folder: string): string | undefined;
  /** The same, if that result was measured on this machine with the same versions of everything, in as many rounds. */
  measuredOn(folder: string, machine: Machine, rounds: number | undefined): string | undefined;
}

const names = rows.map(({ name }) => name);

const rowTasks = rows.map(
  (row): Task => ({
    ...row,
    run: async (options, rounds = row.rounds) => {
      const result = await runRow({ ...row, rounds }, options);
      report(result);
      return folder => keepEntry(join(folder, 'results.json'), result, names);
    },
    known: folder => entryOf<Result>(join(folder, 'results.json'), row.name)?.date,
    measuredOn: (folder, machine, rounds = row.rounds) => {
      const entry = entryOf<Result>(join(folder, 'results.json'), row.name);
      return entry && entry.rounds >= rounds ? dateOn(machine, entry) : undefined;
    },
  }),
);

const growthTasks = growthSeries.map(
  (series): Task => ({
    ...series,
    run: async (options, rounds = series.rounds) => {
      const growth = await inFolder(options, place =>
        measureGrowth({ ...series, rounds }, place, options.machine, options.onRound),
      );
      reportGrowth(growth);
      const order = growthSeries.map(({ name }) => name);
      return folder => keepEntry(join(folder, 'growth.json'), growth, order);
    },
    known: folder => entryOf<Growth>(join(folder, 'growth.json'), series.name)?.date,
    measuredOn: (folder, machine) =>
      dateOn(machine, entryOf<Growth>(join(folder, 'growth.json'), series.name)),
  }),
);

const limitsTask: Task = {
  name: 'limits',
  measures: 'what the cores do in a plain matrix product, and memory in a plain copy',
  rounds: 5,
  warmup: 2,
  run: async (options, rounds = 5) => {
    const limits = await inFolder(options, place =>
      measureLimits(place, options.machine, rounds, options.onRound),
    );
    reportLimits(limits);
    return folder => writeJson(join(folder, 'limits.json'), limits);
  },
  known: () => undefined,
  measuredOn: (folder, machine) => {
    const file = join(folder, 'limits.json');
    return existsSync(file) ? dateOn(machine, JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  },
};

export const tasks: readonly Task[] = [...rowTasks, ...growthTasks, limitsTask];

async function inFolder<T>(
  { found, photos }: RunOptions & { readonly onRound: OnRound },
  run: (place: Place) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-bench-'));
  try {
    return await run({ folder, photos, found });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function entryOf<T extends { readonly name: string }>(file: string, wanted: string): T | undefined {
  return readEntries<T>(file).find(({ name }) => name === wanted);
}

const dateOn = (
  machine: Machine,
  entry: { readonly date: string; readonly machine: Machine } | undefined,
): string | undefined =>
  entry && isDeepStrictEqual(entry.machine, machine) ? entry.date : undefined;
