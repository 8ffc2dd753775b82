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
import { putTensors, type Restorable } from '../model/restoring';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger } from '../options/requirements';
import { loadTrainingState, saveCheckpoint, saveTrainingState } from './checkpoint';
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
  /**
   * Saves the state after every `saveEvery` steps, in addition to the end of every epoch. Default: only at the end of every
   * epoch.
   */
  readonly saveEvery?: number;
  /**
   * Called after each epoch, before its checkpoint is written. So a record that it writes is never missing from a resumed
   * training. If the process ends between the call and the checkpoint, the resumed training calls it for that epoch again.
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
 * Names of the checkpoint files in the folder: `best` has the weights of the best epoch, `last` the complete state at the
 * last save.
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
 * Trains like `fit` and saves checkpoints. If the folder holds checkpoints of the same training, it continues from them,
 * and the final weights are exactly those of an uninterrupted training. Only new epochs are reported; `historyOf` returns
 * all. In the end, the classifier holds the weights of the best epoch.
 *
 * A file is always replaced as a whole: if the process is killed at any moment, the previous checkpoint remains. Nothing is
 * written before it is known that the folder belongs to this training.
 *
 * @throws RunMismatchError when the checkpoints in the folder belong to other data, classes, weights or options; it lists
 *   the differences.
 * @throws Error when an older version wrote the checkpoints.
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * const options = { ...recipes.reference, seed: 1, saveEvery: 100 };
 * for await (const { epoch } of fitWithCheckpoints('runs/a', classifier, data, options))
 *   console.log(epoch); // run this again after a power cut to continue
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

/** The starting point of a training, after checking that its folder belongs to it. */
interface Start {
  readonly identity: RunIdentity;
  readonly from?: Awaited<ReturnType<typeof loadTrainingState>>;
}

/**
 * Hashes of the initial weights of each classifier of this process by folder, so that a training that was left can be
 * called again.
 */
const starts = new WeakMap<Restorable, Map<string, string>>();

/** @throws RunMismatchError when the checkpoints in the folder belong to another training. */
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
      `${last} was written by an older version, which did not record what the training consists of. Train again in another folder.`,
    );
  const found = differences(then, identity);
  if (found.length > 0) throw new RunMismatchError(folder, found);
  if (from.position.history.some(({ best }) => best))
    await bestIn(folder, nameOf(from.facts.identity!));
  known.set(resolve(folder), initialWeights);
  return { identity, from };
}

/** The name of a training, which is saved with the weights of its best epoch. */
const nameOf = (identity: string) => createHash('sha256').update(identity).digest('hex');

/**
 * The weights of the best epoch, after checking that they belong to this training, and not to another one that was copied
 * or written into the same folder.
 *
 * @throws RunMismatchError when the weights belong to another training.
 * @throws FormatError when the file is missing or damaged.
 */
async function bestIn(folder: string, training: string) {
  const path = join(folder, checkpointFiles.best);
  const { tensors, facts } = await openTensors(path);
  if (facts.training !== training)
    throw new RunMismatchError(folder, [
      `${checkpointFiles.best}: weights of the training ${training}, now of ${facts.training ?? 'an unnamed training'}`,
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
  // A resumed training keeps the identity as it was written, so that its name does not change.
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
    // Writes the best weights first, because the state refers to them.
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
 * The history of all epochs in the checkpoints of a folder.
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

/** What `build` makes of a configuration: a classifier with its initial weights, data and options. */
export interface Training {
  readonly classifier: Restorable;
  readonly data: TrainingData;
  readonly options: CheckpointOptions;
}

/**
 * Starts a run: writes the configuration, the versions and the identity to the folder, and then checkpoints. If the folder
 * already holds the same run, the run continues, and its `run.json` is not changed. Nothing is written before that is
 * checked.
 *
 * @throws RunMismatchError when the folder holds another run, listing the differences.
 * @throws TypeError when JSON cannot represent the configuration, for example an infinite number.
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
 * Resumes an interrupted run from its folder.
 *
 * @throws Error when the folder holds no run.
 * @throws RunMismatchError when `build` makes another training now; it lists the differences.
 * @example
 * ```ts
 * import { classifierHead } from '@shroom/head';
 *
 * const build = ({ seed }: { seed: number }) => ({
 *   classifier: classifierHead(train.channels, 9, { seed }),
 *   data: { train, validation, classes: 9 },
 *   options: { ...recipes.fast, seed },
 * }); // the same function as for `startRun`
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
    // The run was killed before its first checkpoint.
    const found = differences(known.identity, start.identity);
    if (found.length > 0) throw new RunMismatchError(folder, found);
  }
  if (!known?.identity) await writeRun(folder, { ...run, identity: start.identity });
  yield* train(checkpoints, training, start);
}
