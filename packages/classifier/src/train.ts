import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRun } from '@shroom/train/node';
import { engineOf } from './engine/engine';
import { RunFolderError } from './errors';
import { usualSize } from './network/patches';
import { requireWeights } from './network/weights';
import { type TrainConfiguration, withDefaults } from './options';
import { nameOf } from './photos/open-set';
import { arePlaces, remembered } from './photos/places';
import { type NamesOf, requireKnown } from './requirements';
import type { Run } from './results/results';
import { begunOrSuited } from './run/begun';
import {
  holdsAnother,
  holdsRun,
  openRunFolder,
  type RunConfiguration,
  requireOutside,
} from './run/folder';
import { withLock } from './run/lock';
import { finishReplacing, isReplacing, newOf, replaceRun } from './run/replacing';
import { trainIn } from './training/whole-training';
import type { TrainingPhotos, WorkOptions } from './training/work';

export interface TrainOptions extends TrainConfiguration, WorkOptions {
  /** The folder of the run. Default `runs/<name of the photos>-seed<seed>`. */
  readonly out?: string;
  /** Whether to replace a run of another configuration in the folder, after the new run is complete. Default false. */
  readonly overwrite?: boolean;
  /** The command that started the training, for the report. */
  readonly command?: string;
}

/**
 * Trains a classifier on photos, evaluates and explains it, and writes the classifier and its report to a folder. If the folder already
 * holds a run of the same configuration, interrupted or finished, that run is continued.
 *
 * Nothing is printed. Results of an earlier run in the folder are replaced only when the new results are complete.
 *
 * @throws RunFolderError when the folder holds other files. RunBusyError when another process writes to it.
 * @throws RunMismatchError when the folder holds a run of another configuration and `overwrite` is not set. The error names the
 *   differences.
 * @throws UnsupportedNetworkError when the backbone is unknown, does not suit the other options, or cannot be cut at `finetune`.
 * @throws DownloadError when weights of the backbone cannot be downloaded, or are downloaded only by a command and are not here.
 * @throws EngineLimitError when the precision is `int8`, and the engine is not `ort`.
 * @throws RangeError for an unknown option or an invalid value.
 * @example
 * ```ts
 * const run = await train('photos', { backbone: 'convnext_base', out: 'runs/pets' });
 * console.log(run.test.accuracy); // { value, low, high }
 * ```
 */
export async function train(given: TrainingPhotos, options: TrainOptions = {}): Promise<Run> {
  const { out, overwrite = false, command = '', onProgress, onEvent, signal, ...own } = options;
  const chosen = withDefaults(own);
  const photos = arePlaces(given) ? await remembered(given) : given;
  const name = arePlaces(photos) ? nameOf(photos) : (photos.name ?? 'photos');
  const data = arePlaces(photos) ? { data: photos } : {};
  const asked: RunConfiguration = { ...chosen, ...data, name };
  const folder = resolve(out ?? join('runs', `${name}-seed${chosen.seed}`));
  const work = { command, engine: own.engine, onProgress, onEvent, signal };
  if (arePlaces(photos)) for (const place of [photos].flat()) requireOutside(folder, place);
  const configuration = await begunOrSuited(folder, asked, own.size === undefined);
  await requireWeights(chosen, signal);
  await openRunFolder(folder);
  if (own.size === undefined && configuration.size !== usualSize)
    onEvent?.({
      kind: 'notice',
      text: `photos have ${configuration.size} pixels instead of ${usualSize}, as whole patches fill them`,
    });
  return withLock(folder, async () => {
    await finishReplacing(folder);
    const replacing = overwrite && (await holdsAnother(folder, configuration));
    const place = replacing ? newOf(folder) : folder;
    // An interrupted replacement is continued if it has the same configuration, and removed if not.
    if (replacing && (await holdsAnother(place, configuration)))
      await rm(place, { recursive: true, force: true });
    const run = await trainIn(place, photos, configuration, work);
    if (replacing) await replaceRun(folder);
    return { ...run, folder };
  });
}

/**
 * Continues an interrupted run from the files in its folder. The final weights are the same as without the
 * interruption. Unless the program has set an engine, the run continues on the engine that it began with, if that loads here.
 *
 * @param options `photos` is needed if the run was started with photos that were already open: give the same ones.
 * @throws RunFolderError when the folder holds no run, or the run needs the option `photos`.
 * @throws SplitError when photos are missing or have changed. The error names the photos.
 * @example
 * ```ts
 * const { test } = await resume('runs/pets');
 * ```
 */
export async function resume(
  folder: string,
  options: WorkOptions &
    Pick<TrainOptions, 'engine' | 'command'> & { readonly photos?: TrainingPhotos } = {},
): Promise<Run> {
  requireKnown('', options, resumeOptions);
  const place = resolve(folder);
  if (!holdsRun(place) && !isReplacing(place))
    throw new RunFolderError(place, 'holds no run (no run.json): there is nothing to resume.');
  const { photos: given, command = '', engine, ...work } = options;
  return withLock(place, async () => {
    await finishReplacing(place);
    const { configuration, versions } = await openRun<RunConfiguration>(place);
    const { finetuning } = configuration;
    if (finetuning)
      throw new RunFolderError(
        place,
        `holds a fine-tuned classifier. To continue the fine-tuning, call finetune again for '${finetuning.run}', with the same options.`,
      );
    const photos = given ?? configuration.data;
    if (photos === undefined)
      throw new RunFolderError(
        place,
        `was started with photos that were open already (${configuration.name}). Give the same ones.`,
      );
    const wanted = engine ?? (await engineOf(versions));
    return trainIn(place, photos, configuration, { command, engine: wanted, ...work });
  });
}

const resumeOptions: NamesOf<NonNullable<Parameters<typeof resume>[1]>> = {
  ...{ photos: true, command: true, engine: true, onProgress: true, onEvent: true, signal: true },
};
