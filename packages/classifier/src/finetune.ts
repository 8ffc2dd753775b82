import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { applyManifest, parseManifest, type Split } from '@shroom/data';
import {
  type Evaluation,
  evaluateOn,
  logitsOf,
  type MultiLabelEvaluation,
  selectFrom,
} from '@shroom/train';
import { checkpointFiles, fitWithCheckpoints, writeAtomically } from '@shroom/train/node';
import { startEngine } from './engine/engine';
import { requireGradients } from './engine/limits';
import { RunFolderError, UnsupportedNetworkError } from './errors';
import { disposeNetwork } from './file/assemble';
import { formatClassifierFile } from './file/classifier-file';
import { loadUntrained, requireClassifier } from './file/load';
import { saveClassifier } from './file/save';
import type { ClassifierFile } from './file/schema';
import { type CutExtractor, cutExtractor, type Extractor } from './network/extractor';
import { extractAll } from './network/features';
import { computesInt8 } from './network/precision';
import { summariesOfParts } from './network/summaries';
import { headOnTrained } from './network/tuned';
import { type NamedPhotos, openSet } from './photos/open-set';
import { validationHalves } from './photos/splitting';
import { taskOfPhotos } from './photos/truth';
import { mostViews } from './photos/views';
import { Meter } from './progress';
import { type NamesOf, requireFactor, requireKnown, requireWhole } from './requirements';
import { openRunFolder, type RunConfiguration, runOf, saveConfiguration } from './run/folder';
import { withLock } from './run/lock';
import { versionsOf } from './run/versions';
import type { TrainOptions } from './train';
import { scoreInWords } from './training/history-row';
import { fitNovelty } from './training/novelty';
import { certaintyOf } from './training/test-evaluation';
import { checkpointFolders } from './training/training';
import { tuningRecipe } from './training/tuning';
import type { TrainingPhotos, WorkOptions } from './training/work';

export interface FinetuneOptions
  extends Omit<WorkOptions, 'onEvent'>,
    Pick<TrainOptions, 'engine'> {
  /** The last stage or layer that stays frozen. Default: the place of an earlier fine-tuning, or else the last stage but one; of a transformer, all but the last two blocks. */
  readonly from?: string;
  /** Index of the network that is trained. Default 0, the first. */
  readonly extractor?: number;
  /** Largest number of passes over the training photos. Default 12. */
  readonly epochs?: number;
  /**
   * Factor from the learning rate of a stage to that of the stage below, from 0 to 1. Default 0.3; for a transformer, whose stages are single
   * blocks, 0.75.
   */
  readonly layerDecay?: number;
  /** Number of views of each training photo. Their feature maps are stored on disk. Default: as many as the run had. */
  readonly views?: number;
  /** The folder for the new classifier. Default: the folder of the run with `-finetuned` appended. */
  readonly out?: string;
  /** The same photos as in the run. Needed only if the run was started with photos that were already open. */
  readonly photos?: TrainingPhotos;
}

/** The result of a fine-tuning. */
export interface Finetuned {
  readonly folder: string;
  readonly classes: readonly string[];
  /** The last layer that stayed frozen. */
  readonly cut: string;
  /** Evaluation on the test photos before the fine-tuning. For the task 'multi-label', with a threshold of 0.5 for all classes. */
  readonly before: Evaluation | MultiLabelEvaluation;
  readonly after: Evaluation | MultiLabelEvaluation;
  /** The license of each network's weights. They also apply to the fine-tuned classifier. */
  readonly licenses: ClassifierFile['licenses'];
}

/**
 * Trains the last stages of a backbone together with the trained head, and writes a new classifier to a new folder. Half of the
 * validation photos choose the epoch, the other half calibrate the answers. If a fine-tuning was interrupted, the same call continues from
 * its checkpoints.
 *
 * @param run The folder that `train` wrote.
 * @throws ClassifierFileError when the folder has no classifier. SplitError when photos of the run are missing or have changed.
 * @throws UnsupportedNetworkError when the network cannot be cut at `from`. EngineLimitError when the engine cannot train the layers after it.
 * @example
 * ```ts
 * const { before, after } = await finetune('runs/pets', { from: 'layer3' });
 * console.log(before.accuracy, after.accuracy);
 * ```
 */
export async function finetune(run: string, options: FinetuneOptions = {}): Promise<Finetuned> {
  requireKnown('', options, known);
  requireWhole('epochs', options.epochs, 1);
  requireWhole('views', options.views, 1, mostViews);
  requireFactor('layerDecay', options.layerDecay);
  const from = resolve(run);
  const folder = resolve(options.out ?? `${from}-finetuned`);
  requireTrainable(await requireClassifier(from));
  await openRunFolder(folder);
  return withLock(folder, () => finetuneIn(folder, from, options));
}

const known: NamesOf<FinetuneOptions> = {
  ...{ from: true, extractor: true, epochs: true, layerDecay: true, views: true, out: true },
  photos: true,
  ...{ engine: true, onProgress: true, signal: true },
};

async function finetuneIn(
  folder: string,
  run: string,
  options: FinetuneOptions,
): Promise<Finetuned> {
  const { extractor: index = 0, epochs = 12, layerDecay, onProgress, signal } = options;
  const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const stopping = signal ? { signal } : {};
  const engine = await startEngine(options.engine);
  const { network, file, cut: earlier, loadTrained } = await loadUntrained(run, work);
  const { extractors, head, classes, task } = network;
  try {
    const { configuration, photos, split } = await photosOf(run, options, work);
    taskOfPhotos(photos, task);
    const { seed, group, testViews, augment } = configuration;
    const cut = cutOf(extractors, index, options.from, earlier);
    requireGradients(engine.name, cut.extractor.backbone.name, cut.cut);
    const views = options.views ?? configuration.views;
    const decay = layerDecay === undefined ? {} : { layerDecay };
    const finetuning = { run, from: cut.cut.layer, extractor: index, epochs, views, ...decay };
    await saveConfiguration(folder, { ...configuration, finetuning }, versionsOf(engine));
    const manifest = await readFile(join(run, 'split.json'), 'utf8');
    const place = join(folder, 'split.json');
    // `run.json` marks the folder as a run, so that a second call can continue after an interruption.
    if (!existsSync(place)) await writeAtomically(place, manifest);

    const features = await extractAll(photos, split, extractors, {
      ...{ views, testViews, augment, task, cut, engine },
      ...work,
    });
    try {
      // The trained weights are loaded only now, because the cached features are those of the pretrained weights.
      loadTrained();
      const { train, validation, test } = features.maps!;
      const classifier = headOnTrained(head, cut, extractors);
      const averaging = { views: testViews, ...stopping };
      const before = await evaluateOn(classifier, test, classes.length, averaging);
      const [calibrating, choosing] = validationHalves(photos, split, group, seed).map(half =>
        selectFrom(validation, half),
      );
      const sets = {
        train,
        validation: choosing!,
        classes: classes.length,
        classNames: [...classes],
      };
      const meter = new Meter('fine-tuning', 'steps', onProgress);
      let note = '';
      const checkpoints = join(folder, checkpointFolders.head);
      for await (const { epoch, validation } of fitWithCheckpoints(checkpoints, classifier, sets, {
        ...tuningRecipe(cut, task, layerDecay),
        ...{ epochs, seed, validationViews: testViews, depthOf: cut.cut.depthOf, saveEvery: 20 },
        ...stopping,
        onStep: ({ done, total }) => meter.update(done, total, note),
      }))
        note = `epoch ${epoch}, validation ${scoreInWords(validation)}`;
      const after = await evaluateOn(classifier, test, classes.length, averaging);
      const saidOf = (views: number) => logitsOf(classifier, calibrating!, { views, ...stopping });
      const averaged = await saidOf(testViews);
      const plain = testViews === 1 ? averaged : await saidOf(1);
      const { labels, targets } = calibrating!;
      const said = { labels, ...(targets && { targets }), plain, averaged };
      const summaries = await summariesOfParts(photos, split, extractors, signal);
      const novelty = fitNovelty(summaries.train, summaries.validation);
      const saved = await saveClassifier(folder, {
        ...{ title: file.title, configuration, task, photos, split, extractors, cut, novelty },
        certainty: certaintyOf(said, classes.length),
        weights: `${checkpointFolders.head}/${checkpointFiles.best}`,
      });
      await writeAtomically(place, manifest);
      await writeAtomically(join(folder, 'classifier.json'), formatClassifierFile(saved));
      return { folder, classes, cut: cut.cut.layer, before, after, licenses: file.licenses };
    } finally {
      await features.close();
    }
  } finally {
    disposeNetwork(network);
  }
}

/** @throws UnsupportedNetworkError when the networks compute with integers. */
function requireTrainable(file: ClassifierFile): void {
  if (computesInt8(file))
    throw new UnsupportedNetworkError(
      'The classifier computes with integers of 8 bits (int8), which cannot be trained. Train one with the precision float32, and fine-tune that.',
    );
}

/**
 * Cuts the network for fine-tuning.
 *
 * @throws UnsupportedNetworkError when the network cannot be cut there, or earlier layers were already fine-tuned.
 */
function cutOf(
  extractors: readonly Extractor[],
  index: number,
  place: string | undefined,
  earlier: CutExtractor | undefined,
): CutExtractor {
  const extractor = extractors[index];
  if (!extractor)
    throw new UnsupportedNetworkError(
      `There is no network ${index}; the classifier has ${extractors.length}.`,
    );
  const { taps, tokens } = extractor.backbone;
  // Of a transformer, the last two blocks and the norm are trained.
  const last = taps.at(tokens ? -4 : -2) ?? taps[0]!;
  const usual = earlier?.extractor === extractor ? earlier.cut.layer : last.stage;
  const cut = cutExtractor(extractor, place ?? usual);
  const kept = new Set(cut.cut.trained.layers);
  const isFrozen = earlier?.cut.trained.layers.some(layer => !kept.has(layer)) ?? false;
  if (earlier && (earlier.extractor !== extractor || isFrozen))
    throw new UnsupportedNetworkError(
      `The classifier was fine-tuned after '${earlier.cut.layer}' before: the layers after it cannot be frozen again. Fine-tune from there or from an earlier layer, or fine-tune the original run.`,
    );
  return cut;
}

async function photosOf(
  run: string,
  { photos: given }: FinetuneOptions,
  work: Pick<WorkOptions, 'onProgress' | 'signal'>,
): Promise<{ configuration: RunConfiguration; photos: NamedPhotos; split: Split }> {
  const { configuration } = await runOf(run, 'only a run can be fine-tuned.');
  const from = given ?? configuration.data;
  if (from === undefined)
    throw new RunFolderError(
      run,
      `was started with photos that were open already (${configuration.name}). Give the same ones.`,
    );
  const photos = await openSet(from, configuration, work);
  const manifest = parseManifest(await readFile(join(run, 'split.json'), 'utf8'));
  return { configuration, photos, split: applyManifest(manifest, photos) };
}
