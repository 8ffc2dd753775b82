import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fit } from '../fit/fit';
import {
  checkTraining,
  type EpochReport,
  type FitOptions,
  fitOptions,
  type TrainingData,
} from '../fit/fit-options';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger } from '../options/requirements';
import {
  loadTrainingState,
  putTensors,
  type Restorable,
  saveCheckpoint,
  saveTrainingState,
} from './checkpoint';
import { identityOf, type RunIdentity, runFormat } from './identity';
import { differences } from './plain';
import {
  openRun,
  parsed,
  type RunFile,
  RunMismatchError,
  requireRun,
  requireSame,
  runIn,
  writeRun,
} from './run-file';
import { openTensors } from './tensor-file';

export interface CheckpointOptions extends Omit<FitOptions, 'from'> {
  /** Steps after which the state is saved, besides the end of every epoch. Default: only there. */
  readonly saveEvery?: number;
  /**
   * Called after each epoch, before its checkpoint is written: what it notes of an epoch is never missing from a training that goes on.
   * Where the process ends between the two, it is called for that epoch again.
   */
  readonly onEpoch?: (report: EpochReport) => void | Promise<void>;
}

const { from: _, ...withoutFrom } = fitOptions;
const checkpointOptions: NamesOf<CheckpointOptions> = {
  ...withoutFrom,
  saveEvery: true,
  onEpoch: true,
};

/**
 * Below the folder: the best epoch's weights, and all that is needed to go on from the last save.
 *
 * @example
 * ```ts
 * import { join } from 'node:path';
 *
 * await loadCheckpoint(join('runs/a/checkpoints', checkpointFiles.best), classifier);
 * ```
 */
export const checkpointFiles = { best: 'best.safetensors', last: 'last.safetensors' } as const;

/**
 * Trains like `fit` and keeps checkpoints; where the folder holds those of the same training, it goes on from them and ends
 * with the very weights that it would have ended with. Only epochs to come are reported; `historyOf` has all. In the end
 * the classifier holds the weights of the best epoch.
 *
 * Files are replaced whole: a process that is killed at any moment leaves the save before. Nothing is written before the
 * folder is known to be of this training.
 *
 * @throws RunMismatchError when the folder's checkpoints are of other data, classes, weights or options, naming what differs.
 * @throws Error when they were written by an older version.
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * const options = { ...recipes.reference, seed: 1, saveEvery: 100 };
 * for await (const { epoch } of fitWithCheckpoints('runs/a', classifier, data, options))
 *   console.log(epoch); // called again after a power cut, it goes on
 * ```
 */
export async function* fitWithCheckpoints(
  folder: string,
  classifier: Restorable,
  data: TrainingData,
  options: CheckpointOptions,
): AsyncGenerator<EpochReport, void, undefined> {
  const training = { classifier, data, options };
  yield* train(folder, training, await startIn(folder, training));
}

/** Where a training starts, once its folder is known to be of it. */
interface Start {
  readonly identity: RunIdentity;
  readonly from?: Awaited<ReturnType<typeof loadTrainingState>>;
}

/** The weights that classifiers of this process started from, by folder: a training that was left can be called again. */
const starts = new WeakMap<Restorable, Map<string, string>>();

/** @throws RunMismatchError when the folder's checkpoints are of another training. */
async function startIn(folder: string, { classifier, data, options }: Training): Promise<Start> {
  const { saveEvery = Number.POSITIVE_INFINITY, onEpoch: _, ...rest } = options;
  requireKnown('', options, checkpointOptions);
  requireInteger('saveEvery', saveEvery, { least: 1, infinite: true });
  checkTraining(data, rest);
  const fresh = await identityOf(classifier, data, rest);
  const last = join(folder, checkpointFiles.last);
  const known = starts.get(classifier) ?? new Map<string, string>();
  starts.set(classifier, known);
  if (!existsSync(last)) {
    known.set(resolve(folder), fresh.initialWeights);
    return { identity: fresh };
  }
  const from = await loadTrainingState(last);
  const initialWeights = known.get(resolve(folder)) ?? fresh.initialWeights;
  const identity = { ...fresh, initialWeights };
  const then = parsed(from.facts.identity ?? 'null', last) as RunIdentity | null;
  if (then?.format !== runFormat)
    throw new Error(
      `${last} was written by an older version, which did not say what it is of. Train again, in another folder.`,
    );
  const found = differences(then, identity);
  if (found.length > 0) throw new RunMismatchError(folder, found);
  if (from.position.history.some(({ best }) => best))
    await bestIn(folder, nameOf(from.facts.identity!));
  known.set(resolve(folder), initialWeights);
  return { identity, from };
}

/** What the best epoch's weights carry of the training that they are of. */
const nameOf = (identity: string) => createHash('sha256').update(identity).digest('hex');

/**
 * The best epoch's weights, known to be of this training and not of another that was put, or ran, into the same folder.
 *
 * @throws RunMismatchError when they are of another. FormatError when they are not there, or damaged.
 */
async function bestIn(folder: string, training: string) {
  const path = join(folder, checkpointFiles.best);
  const { tensors, facts } = await openTensors(path);
  if (facts.training !== training)
    throw new RunMismatchError(folder, [
      `${checkpointFiles.best}: weights of the training ${training}, now of ${facts.training ?? 'one that is not named'}`,
    ]);
  return { path, tensors };
}

async function* train(
  folder: string,
  { classifier, data, options }: Training,
  { identity, from }: Start,
): AsyncGenerator<EpochReport, void, undefined> {
  const [best, last] = [join(folder, checkpointFiles.best), join(folder, checkpointFiles.last)];
  const { saveEvery = Number.POSITIVE_INFINITY, onEpoch, ...rest } = options;
  const { onStep } = rest;
  // Of a training that goes on as it was written, so that it keeps its name.
  const facts = { identity: from?.facts.identity ?? JSON.stringify(identity) };
  const training = nameOf(facts.identity);
  let steps = 0;
  const reports = fit(classifier, data, {
    ...rest,
    ...(from && { from }),
    onStep: async report => {
      if (++steps % saveEvery === 0) await saveTrainingState(last, await report.snapshot(), facts);
      await onStep?.(report);
    },
  });
  for await (const report of reports) {
    await onEpoch?.(report);
    // The best first: the state that names it must not be there without it.
    if (report.best) {
      const { epoch, validation } = report;
      const named = { epoch: String(epoch), validationLoss: String(validation.loss), training };
      await saveCheckpoint(best, classifier, named);
    }
    await saveTrainingState(last, await report.snapshot(), facts);
    yield report;
  }
  const { path, tensors } = await bestIn(folder, training);
  putTensors(path, tensors, classifier);
}

/**
 * Every epoch that a folder's checkpoints know of.
 *
 * @example
 * ```ts
 * for (const { epoch, validation } of await historyOf('runs/a/checkpoints'))
 *   console.log(epoch, validation.accuracy);
 * ```
 */
export async function historyOf(folder: string) {
  return (await loadTrainingState(join(folder, checkpointFiles.last))).position.history;
}

/** What a configuration is made into: a classifier with its first weights, and data. */
export interface Training {
  readonly classifier: Restorable;
  readonly data: TrainingData;
  readonly options: CheckpointOptions;
}

/**
 * Starts a run: the configuration, the versions and the identity go into the folder, then checkpoints. Where the folder holds
 * this very run, it goes on, and its `run.json` stays as it is. Nothing is written before that is known.
 *
 * @throws RunMismatchError when the folder holds another run, naming what differs.
 * @throws TypeError when JSON cannot hold the configuration, such as an infinite number.
 * @example
 * ```ts
 * import { classifierHead } from '@shroom/head';
 *
 * const build = ({ seed }: { seed: number }) => ({
 *   classifier: classifierHead(train.channels, 9, { seed }),
 *   data: { train, validation, classes: 9 },
 *   options: { ...recipes.fast, seed },
 * });
 * const run = { configuration: { seed: 1 }, versions: { node: process.versions.node } };
 * for await (const { epoch } of startRun('runs/a', run, build)) console.log(epoch);
 * ```
 */
export async function* startRun<C>(
  folder: string,
  run: RunFile<C>,
  build: (configuration: C) => Training | Promise<Training>,
): AsyncGenerator<EpochReport, void, undefined> {
  requireRun(run);
  const known = await runIn<C>(folder);
  if (known) requireSame(folder, known, run);
  yield* goOn(folder, known, run, build);
}

/**
 * Goes on with a run that was interrupted, by what its folder holds.
 *
 * @throws Error when the folder holds no run.
 * @throws RunMismatchError when what is built now is another training, naming what differs.
 * @example
 * ```ts
 * import { classifierHead } from '@shroom/head';
 *
 * const build = ({ seed }: { seed: number }) => ({
 *   classifier: classifierHead(train.channels, 9, { seed }),
 *   data: { train, validation, classes: 9 },
 *   options: { ...recipes.fast, seed },
 * }); // as it was given to `startRun`
 * for await (const { epoch } of resume('runs/a', build)) console.log(epoch);
 * ```
 */
export async function* resume<C>(
  folder: string,
  build: (configuration: C) => Training | Promise<Training>,
): AsyncGenerator<EpochReport, void, undefined> {
  const known = await openRun<C>(folder);
  yield* goOn(folder, known, known, build);
}

async function* goOn<C>(
  folder: string,
  known: RunFile<C> | undefined,
  run: RunFile<C>,
  build: (configuration: C) => Training | Promise<Training>,
): AsyncGenerator<EpochReport, void, undefined> {
  const training = await build(run.configuration);
  requireKnown('Training.', training, { classifier: true, data: true, options: true });
  const checkpoints = join(folder, 'checkpoints');
  const start = await startIn(checkpoints, training);
  if (known?.identity && !start.from) {
    // Killed before its first checkpoint.
    const found = differences(known.identity, start.identity);
    if (found.length > 0) throw new RunMismatchError(folder, found);
  }
  if (!known?.identity) await writeRun(folder, { ...run, identity: start.identity });
  yield* train(checkpoints, training, start);
}
