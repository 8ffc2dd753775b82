import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EpochReport, type FitOptions, fit, type TrainingData } from '../fit';
import { writeAtomically } from './atomic';
import {
  loadCheckpoint,
  loadTrainingState,
  type Restorable,
  saveCheckpoint,
  saveTrainingState,
} from './checkpoint';

export interface CheckpointOptions extends Omit<FitOptions, 'from'> {
  /** Steps after which the state is saved, besides the end of every epoch. Default: only there. */
  readonly saveEvery?: number;
}

/** Below the folder: the best epoch's weights, and all that is needed to go on from the last save. */
export const checkpointFiles = { best: 'best.safetensors', last: 'last.safetensors' } as const;

/**
 * Trains like `fit` and keeps checkpoints; where the folder holds those of the same training, it goes on from them and ends
 * with the very weights that it would have ended with. Only epochs to come are reported; `historyOf` has all. In the end
 * the classifier holds the weights of the best epoch.
 *
 * Files are replaced whole: a process that is killed at any moment leaves the save before.
 *
 * @throws Error when the folder's checkpoints are of other options.
 */
export async function* fitWithCheckpoints(
  folder: string,
  classifier: Restorable,
  data: TrainingData,
  options: CheckpointOptions,
): AsyncGenerator<EpochReport, void, undefined> {
  const [best, last] = [join(folder, checkpointFiles.best), join(folder, checkpointFiles.last)];
  const { saveEvery = Number.POSITIVE_INFINITY, onStep } = options;
  const from = existsSync(last) ? await loadTrainingState(last) : undefined;
  const plan = planOf(options);
  if (from && from.facts.plan !== plan) {
    throw new Error(
      `${folder} holds the checkpoints of a training with other options: ${from.facts.plan}, now ${plan}. ` +
        'Give the same options to go on with it, or another folder.',
    );
  }
  let steps = 0;
  const reports = fit(classifier, data, {
    ...options,
    ...(from && { from }),
    onStep: async report => {
      if (++steps % saveEvery === 0)
        await saveTrainingState(last, await report.snapshot(), { plan });
      await onStep?.(report);
    },
  });
  for await (const report of reports) {
    // The best first: the state that names it must not be there without it.
    if (report.best) {
      const facts = { epoch: String(report.epoch), validationLoss: String(report.validation.loss) };
      await saveCheckpoint(best, classifier, facts);
    }
    await saveTrainingState(last, await report.snapshot(), { plan });
    yield report;
  }
  await loadCheckpoint(best, classifier);
}

/** What makes a training another one, as far as it is plain data. */
function planOf(options: CheckpointOptions): string {
  const { onStep, signal, saveEvery, depthOf, groups, ...plan } = options;
  return JSON.stringify(plan);
}

/** Every epoch that a folder's checkpoints know of. */
export async function historyOf(folder: string) {
  return (await loadTrainingState(join(folder, checkpointFiles.last))).position.history;
}

/** What a run was started with: `run.json` in its folder. */
export interface RunFile<C> {
  /** Plain data, by which everything can be made again. */
  readonly configuration: C;
  /** Of whatever may change the numbers, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What a configuration is made into: a classifier with its first weights, and data. */
export interface Training {
  readonly classifier: Restorable;
  readonly data: TrainingData;
  readonly options: CheckpointOptions;
}

/** Starts a run: the configuration and versions go into the folder, then checkpoints. */
export async function* startRun<C>(
  folder: string,
  run: RunFile<C>,
  build: (configuration: C) => Training | Promise<Training>,
): AsyncGenerator<EpochReport, void, undefined> {
  await saveRun(folder, run);
  yield* resume(folder, build);
}

/**
 * Goes on with a run that was interrupted, by what its folder holds.
 *
 * @throws Error when the folder holds no run.
 */
export async function* resume<C>(
  folder: string,
  build: (configuration: C) => Training | Promise<Training>,
): AsyncGenerator<EpochReport, void, undefined> {
  const { configuration } = await openRun<C>(folder);
  const { classifier, data, options } = await build(configuration);
  yield* fitWithCheckpoints(join(folder, 'checkpoints'), classifier, data, options);
}

export async function saveRun<C>(folder: string, run: RunFile<C>): Promise<void> {
  await writeAtomically(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** @throws Error when the folder holds no run. */
export async function openRun<C>(folder: string): Promise<RunFile<C>> {
  const text = await readFile(join(folder, 'run.json'), 'utf8').catch(() => {
    throw new Error(`${folder} holds no run (no run.json): there is nothing to resume.`);
  });
  return JSON.parse(text) as RunFile<C>;
}
