import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pixelsVersion, type Split, splitNames, toManifest } from '@shroom/data';
import {
  type Assessment,
  type EpochRecord,
  type HistoryRow,
  type ReportContent,
  renderReport,
} from '@shroom/train';
import { openRun, saveRun, writeAtomically } from '@shroom/train/node';
import type { Engine } from './engine';
import type { TrainOptions } from './options';
import type { Photos } from './photos';
import type { PhotoSplit } from './splitting';
import { warn } from './terminal';

export interface Seconds {
  readonly features: number;
  readonly head: number;
  readonly explain: number;
  readonly total: number;
}

/**
 * The folder for a run's results, new or of a run. Nothing in it changes yet.
 *
 * @throws Error when it holds other files.
 */
export async function openRunFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder);
  const known = ['run.json', 'split.json'].some(name => existsSync(join(folder, name)));
  if (entries.length > 0 && !known) {
    throw new Error(
      `${folder} holds other files (${entries.slice(0, 3).join(', ')}), not a run. Give another folder with --out.`,
    );
  }
}

/** What is written when a run is whole, `metrics.json` last. A run that goes on is not whole until then. */
async function removeResults(folder: string): Promise<void> {
  for (const name of ['metrics.json', 'report.html', 'classifier.json'])
    await rm(join(folder, name), { force: true });
}

/** Of what may change a number, for a run that is resumed elsewhere. */
function versions(engine: Engine): Record<string, string> {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) =>
    (require(`${name}/package.json`) as { version: string }).version;
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    engine: engine.name,
    pixels: pixelsVersion,
    ...Object.fromEntries(
      ['@tensorflow/tfjs-core', 'onnxruntime-node', '@shroom/train'].map(name => [
        name,
        versionOf(name),
      ]),
    ),
  };
}

/**
 * Writes what the run was started with. Where the folder holds a run of the same options, it goes on, and what has changed
 * besides is said.
 *
 * @returns Whether it goes on.
 * @throws RunMismatchError when the folder holds a run of other options, naming what differs.
 */
export async function saveConfiguration(
  options: TrainOptions,
  engine: Engine,
  resumed: boolean,
): Promise<boolean> {
  const now = versions(engine);
  const goesOn = resumed || existsSync(join(options.out, 'run.json'));
  if (!resumed) {
    // Resumed from anywhere: a path is kept whole.
    const data = existsSync(options.data) ? resolve(options.data) : options.data;
    const configuration = { ...options, data, out: resolve(options.out) };
    await saveRun(options.out, { configuration, versions: now });
  }
  await removeResults(options.out);
  const { versions: then } = await openRun(options.out);
  for (const [name, version] of Object.entries(now))
    if (then[name] !== version)
      warn(
        `${name} was ${then[name]}, now it is ${version}: the numbers may differ in their last digits`,
      );
  return goesOn;
}

export async function saveSplit(
  folder: string,
  photos: Photos,
  { split, rule }: PhotoSplit,
  seed: number,
): Promise<void> {
  const manifest = toManifest(photos, split, { rule, seed });
  await writeAtomically(join(folder, 'split.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** @param trainAccuracy On the training photos themselves, after the epoch, where it is known. */
export function historyRow(report: EpochRecord, trainAccuracy?: number): HistoryRow {
  const { epoch, trainLoss, validation, learningRate, best } = report;
  return {
    epoch,
    trainLoss,
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    validationMacroF1: validation.macroF1,
    learningRate,
    best,
    time: Date.now(),
  };
}

export async function saveReport(folder: string, content: ReportContent): Promise<void> {
  await writeAtomically(join(folder, 'report.html'), renderReport(content));
}

export async function saveMetrics(
  folder: string,
  photos: Photos,
  split: Split,
  engine: Engine,
  options: TrainOptions,
  test: Assessment,
  seconds: Seconds,
): Promise<void> {
  const { evaluation, figures, areas, top, calibration, certainty, sets } = test;
  const named = <T>(values: readonly T[]) =>
    Object.fromEntries(photos.classes.map((name, k) => [name, values[k]]));
  const counts = Object.fromEntries(
    splitNames.map(name => [name, named(countByClass(photos, split[name]))]),
  );
  const metrics = {
    data: { name: photos.name, ...counts, findings: photos.findings },
    copies: photos.copies ?? [],
    engine: engine.name,
    options,
    test: {
      ...evaluation,
      perClass: named(evaluation.perClass),
      intervals: { ...figures, perClass: named(test.perClass) },
      areas: { ...areas, perClass: named(areas.perClass) },
      top,
      calibration,
      certainty,
      sets: { ...sets, perClass: named(sets.perClass) },
    },
    seconds,
    peakMemoryMiB: peakMemoryMiB(),
  };
  await writeAtomically(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
}

export function countByClass(photos: Photos, indices: readonly number[]): number[] {
  const counts = photos.classes.map(() => 0);
  for (const index of indices) counts[photos.photos[index]!.label]! += 1;
  return counts;
}

/** The most memory that the process had at any time. */
export const peakMemoryMiB = () => Math.round(process.resourceUsage().maxRSS / 1024);
