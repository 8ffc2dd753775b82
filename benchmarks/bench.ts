// Compares Shroom with the libraries that a user would choose instead: `npm run bench -- --help`.
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFigures } from './page/figures';
import { writePages } from './page/pages';
import { rows } from './rows/table';
import { runAgainst } from './runner/against';
import { Contestant } from './runner/contestant';
import { describeMachine, type Machine } from './runner/machine';
import { type BenchOptions, chosen, parseOptions, usage } from './runner/options';
import { type FoundPeers, findPeers, missingPeers } from './runner/peers';
import { node } from './runner/row';
import type { RunOptions } from './runner/run';
import { type Task, tasks } from './runner/tasks';
import { clearStatus, paint, reportChange, say, status, titleOf, warn } from './runner/terminal';

/** Number of drawn pictures that replace photographs if there are none. */
const drawn = 500;

const here = fileURLToPath(new URL('.', import.meta.url));

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return say(usage);
  const selected = chosen(tasks, options.names);
  if (options.list) {
    for (const { name, measures } of selected) say(`${name.padEnd(32)} ${paint('dim', measures)}`);
    return;
  }
  if (options.against !== undefined) return compareCheckouts(options, options.against);
  const rounds = options.rounds ?? (options.quick ? 2 : undefined);
  const folder = options.out ?? here;
  const docs = options.out ?? join(here, '../docs');
  mkdirSync(folder, { recursive: true });
  if (options.page) return written(folder, docs);
  const found = findPeers();
  const machine = describeMachine(found, options.threads);
  announce(machine);
  for (const line of missingPeers(found)) warn(line);
  const photos = options.photos ?? (await drawPhotos(machine, found));
  try {
    let failures = 0;
    for (const task of selected) {
      const date = options.resume ? task.measuredOn(folder, machine, rounds) : undefined;
      if (date) {
        say(
          `\n${paint('bold', task.name)}  ${paint('dim', `measured on this machine on ${date}`)}`,
        );
        continue;
      }
      const keep = await measured(task, { found, machine, photos }, rounds, folder);
      if (!keep) failures++;
      else if (!options.quick) keep(folder);
    }
    if (!options.quick) written(folder, docs);
    if (failures > 0) {
      warn(`${failures} of ${selected.length} failed; see above.`);
      process.exitCode = 1;
    }
  } finally {
    if (photos !== options.photos) await rm(photos, { recursive: true });
  }
}

/** Measures rows in this checkout and in another one, to show that a change does not cost time. */
async function compareCheckouts(options: BenchOptions, checkout: string): Promise<void> {
  const found = findPeers();
  const machine = describeMachine(found, options.threads);
  announce(machine);
  const photos = options.photos ?? (await drawPhotos(machine, found));
  try {
    for (const row of chosen(rows, options.names)) {
      say(`\n${paint('bold', row.name)}  ${paint('dim', row.measures)}`);
      const runOptions = { found, machine, photos, onRound: showRound(row.warmup) };
      reportChange(await runAgainst(row, checkout, options.rounds ?? 4 * row.rounds, runOptions));
    }
  } finally {
    if (photos !== options.photos) await rm(photos, { recursive: true });
  }
}

const showRound =
  (warmup: number) =>
  (who: string, round: number): void => {
    const starting = round < -warmup ? 'start' : 'warm-up';
    status(`  ${round < 0 ? starting : `round ${round + 1}`}: ${titleOf(who)}`);
  };

/** @returns a function that saves the result; undefined if the task failed, which does not affect other tasks. */
async function measured(
  task: Task,
  machineAndPhotos: Omit<RunOptions, 'onRound'>,
  rounds: number | undefined,
  folder: string,
): Promise<((folder: string) => void) | undefined> {
  say(`\n${paint('bold', task.name)}  ${paint('dim', task.measures)}`);
  try {
    const onLeftOut = (name: string, error: Error) =>
      warn(`${titleOf(name)} is left out: ${error.message}`);
    const options = { ...machineAndPhotos, onRound: showRound(task.warmup), onLeftOut };
    return await task.run(options, rounds);
  } catch (error) {
    clearStatus();
    say(`  ${paint('red', 'failed')}: ${error instanceof Error ? error.message : error}`);
    const date = task.known(folder);
    if (date) say(`  its result of ${date} stays in ${folder}.`);
    return undefined;
  }
}

function written(folder: string, docs: string): void {
  const files = writePages(readFigures(folder, here), docs);
  say(`\nfigures in ${shown(folder)}; pages: ${files.map(shown).join(', ')}`);
}

const shown = (path: string): string => relative(process.cwd(), path) || '.';

function announce({ cpu, cores, memory, system, threads, versions }: Machine): void {
  say(`${paint('bold', 'Shroom, side by side')}`);
  say(`  ${cpu}; ${cores} cores, ${threads} threads for everyone; ${memory} GB; ${system}`);
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  say(`  ${paint('dim', list.join(', '))}`);
}

async function drawPhotos(machine: Machine, found: FoundPeers): Promise<string> {
  warn(`There is no folder of photographs: ${drawn} drawn pictures stand for them (--photos).`);
  const folder = await mkdtemp(join(tmpdir(), 'shroom-drawn-'));
  const settings = { python: found.python, threads: machine.threads };
  const painter = new Contestant(node('drawn-photos.ts', folder, drawn), settings);
  await painter.ready();
  await painter.close();
  return folder;
}

try {
  await main();
} catch (error) {
  clearStatus();
  say(paint('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
