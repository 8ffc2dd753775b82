import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PhotoSet } from '@shroom/data';
import { openRun } from '@shroom/train/node';
import { engineOf, startEngine } from './engine/engine';
import { requireGradients } from './engine/limits';
import { RunFolderError } from './errors';
import type { TrainEvent } from './events';
import { Explainer } from './explaining/explainer';
import { saveClassifier } from './file/save';
import { disposeHead, startHead } from './network/classifier-network';
import { cutExtractor, licensesOf } from './network/extractor';
import { extractAll } from './network/features';
import { loadExtractors } from './network/load-extractors';
import { usualSize } from './network/patches';
import { summariesOfParts } from './network/summaries';
import { requireWeights } from './network/weights';
import { type TrainConfiguration, withDefaults } from './options';
import { nameOf } from './photos/open-set';
import { arePlaces, remembered } from './photos/places';
import { labelsOf } from './photos/truth';
import type { OnProgress } from './progress';
import { type NamesOf, requireKnown } from './requirements';
import { explainTest } from './results/gallery';
import { licenseNotices } from './results/license-notices';
import { limitsOf } from './results/limits';
import { titleOf } from './results/report';
import { type Run, resultOf, saveResults } from './results/results';
import { begunOrSuited } from './run/begun';
import {
  holdsAnother,
  holdsRun,
  openRunFolder,
  type RunConfiguration,
  requireOutside,
  saveConfiguration,
} from './run/folder';
import { withLock } from './run/lock';
import { photosOfRun } from './run/photos';
import { finishReplacing, isReplacing, newOf, replaceRun } from './run/replacing';
import { stopwatch } from './run/stopwatch';
import { versionsOf } from './run/versions';
import { fitNovelty } from './training/novelty';
import { changed, findRecipe, mostEpochs } from './training/recipe';
import { forSigmoids } from './training/several-classes';
import { evaluateTest } from './training/test-evaluation';
import { trainClassifier } from './training/training';
import { TrainingLog } from './training/training-log';

/** Callbacks and abort signal of a training. */
export interface WorkOptions {
  readonly onProgress?: OnProgress;
  /** Called with each finding and decision, such as the engine, the photos and their split, or the end of the training. */
  readonly onEvent?: (event: TrainEvent) => void;
  readonly signal?: AbortSignal;
}

export interface TrainOptions extends TrainConfiguration, WorkOptions {
  /** The folder of the run. Default `runs/<name of the photos>-seed<seed>`. */
  readonly out?: string;
  /** Whether to replace a run of another configuration in the folder, after the new run is complete. Default false. */
  readonly overwrite?: boolean;
  /** The command that started the training, for the report. */
  readonly command?: string;
}

/** Photos: an argument of `openPhotos` of `@shroom/data`, or a set that is already open. */
export type TrainingPhotos = string | readonly string[] | PhotoSet;

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

interface Work extends WorkOptions {
  readonly command: string;
  readonly engine: TrainConfiguration['engine'];
}

/** Runs the training in a folder that this process has locked. The networks are freed in any case. */
async function trainIn(
  folder: string,
  from: TrainingPhotos,
  configuration: RunConfiguration,
  work: { [K in keyof Work]: Work[K] | undefined } & { command: string },
): Promise<Run> {
  const networks: { dispose(): unknown }[] = [];
  try {
    return await trainWith(networks, folder, from, configuration, work);
  } finally {
    for (const network of networks) network.dispose();
  }
}

/** The whole training, step by step. @param networks Loaded networks are added here, so that the caller can free them. */
async function trainWith(
  networks: { dispose(): unknown }[],
  folder: string,
  from: TrainingPhotos,
  configuration: RunConfiguration,
  {
    command,
    engine: wanted,
    onProgress,
    onEvent,
    signal,
  }: { [K in keyof Work]: Work[K] | undefined } & {
    command: string;
  },
): Promise<Run> {
  const { seed, size, views, testViews, augment, finetune, map, classWeights } = configuration;
  const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const notice = (text: string) => onEvent?.({ kind: 'notice', text });
  const clock = stopwatch();

  const engine = await startEngine(wanted);
  for (const text of engine.failed) notice(text);
  onEvent?.({ kind: 'engine', engine });
  const goesOn = holdsRun(folder);
  for (const text of await saveConfiguration(folder, configuration, versionsOf(engine)))
    notice(text);

  const { photos, parts, learned, added } = await photosOfRun(folder, from, configuration, work);
  const { split, halves } = parts;
  const { task } = learned;
  if (added > 0) notice(`${added} photos are new since the run began; they are not used`);
  onEvent?.({ kind: 'photos', photos, split: parts });
  onEvent?.({ kind: 'task', ...learned });
  const asked = changed(findRecipe(configuration.recipe).training, configuration);
  const { training: recipe, notices } =
    task === 'multi-label' ? forSigmoids(asked, classWeights) : { training: asked, notices: [] };
  for (const text of notices) notice(text);

  const training = split.train.map(index => photos.photos[index]!);
  const extractors = await loadExtractors(configuration, training, work);
  networks.push(...extractors);
  for (const text of licenseNotices(licensesOf(extractors))) notice(text);
  const cut = finetune === 'none' ? undefined : cutExtractor(extractors[0]!, finetune);
  if (cut) requireGradients(engine.name, cut.extractor.backbone.name, cut.cut);
  onEvent?.({ kind: 'backbone', extractors, size, ...(cut && { cut: cut.cut.layer }) });
  clock.lap('load');
  const features = await extractAll(photos, split, extractors, {
    ...{ views, testViews, augment, task, cut, engine },
    onPlan: plan => onEvent?.({ kind: 'plan', plan }),
    ...work,
  });
  try {
    clock.lap('features');
    const { classes } = photos;
    const width = extractors.reduce((sum, each) => sum + each.width, 0);
    const newHead = () => startHead(configuration.head, width, classes.length, seed);
    const head = newHead();
    networks.push({ dispose: () => disposeHead(head) });
    const explainer = new Explainer({ extractors, head, classes, task });
    const held = split.validation.map(index => photos.photos[index]!);
    const shown = held.find(photo => labelsOf(photo).length > 0) ?? held[0]!;
    const square = [size, size] as const;
    const log = await TrainingLog.open(folder, shown, explainer, square, map, goesOn);
    networks.push({ dispose: () => log.release() });
    const trained = await trainClassifier(features, head, cut, {
      ...{ classes, extractors, training: recipe, seed, testViews, halves, out: folder, log },
      startHead: newHead,
      ...work,
    });
    await log.save();
    onEvent?.({ kind: 'trained', history: trained.history, mostEpochs: mostEpochs(trained.plan) });
    const evaluated = await evaluateTest(trained, classes.length, {
      views: testViews,
      ...(signal && { signal }),
    });
    clock.lap('head');

    const cams = join(folder, '.cams');
    await rm(cams, { recursive: true, force: true });
    await mkdir(cams);
    const gallery = await explainTest(photos, split.test, evaluated, explainer, {
      ...{ folder: cams, size: square, map },
      ...work,
    });
    // After fine-tuning, the averages are computed again, because the cached ones are those of the pretrained weights.
    const summaries = cut
      ? await summariesOfParts(photos, split, extractors, signal)
      : features.summaries;
    const novelty = fitNovelty(summaries.train, summaries.validation);
    const limits = await limitsOf(
      {
        ...{ photos, split, configuration, evaluated, summaries, stored: novelty },
        network: { extractors, head, classes, task },
        isTuned: cut !== undefined,
      },
      work,
    );
    clock.lap('explain');

    const seconds = clock.seconds();
    const file = await saveClassifier(folder, {
      ...{ configuration, task, photos, split, extractors, cut },
      novelty: { ...novelty, leftOut: limits.novelty.leftOut },
      certainty: evaluated.certainty,
      title: titleOf(configuration, photos),
      weights: trained.file,
    });
    const test = resultOf(evaluated.assessment);
    await saveResults(folder, {
      ...{ photos, split, engine, configuration, extractors, gallery, limits, seconds, command },
      ...{ evaluated, file, log, shown, cams, assessment: evaluated.assessment },
      novelty: { scores: limits.scores, threshold: novelty.threshold },
      training: recipe,
      versions: versionsOf(engine),
    });
    return { folder, classes, configuration, test, history: trained.history, seconds };
  } finally {
    await features.close();
  }
}
