import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../engine/engine';
import { requireGradients, requireInt8 } from '../engine/limits';
import { Explainer } from '../explaining/explainer';
import { saveClassifier } from '../file/save';
import { disposeHead, startHead } from '../network/classifier-network';
import { cutExtractor, licensesOf } from '../network/extractor';
import { extractAll } from '../network/features';
import { loadExtractors } from '../network/load-extractors';
import { summariesOfParts } from '../network/summaries';
import { labelsOf } from '../photos/truth';
import { explainTest } from '../results/gallery';
import { licenseNotices } from '../results/license-notices';
import { limitsOf } from '../results/limits';
import { titleOf } from '../results/report';
import { type Run, resultOf, saveResults } from '../results/results';
import { holdsRun, type RunConfiguration, saveConfiguration } from '../run/folder';
import { photosOfRun } from '../run/photos';
import { stopwatch } from '../run/stopwatch';
import { versionsOf } from '../run/versions';
import { fitNovelty } from './novelty';
import { inPrecision } from './precision';
import { changed, findRecipe, mostEpochs } from './recipe';
import { forSigmoids } from './several-classes';
import { evaluateTest } from './test-evaluation';
import { trainClassifier } from './training';
import { TrainingLog } from './training-log';
import type { TrainingPhotos, Work } from './work';

/** Runs the training in a folder that this process has locked. The networks are freed in any case. */
export async function trainIn(
  folder: string,
  from: TrainingPhotos,
  configuration: RunConfiguration,
  work: Work,
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
  { command, engine: wanted, onProgress, onEvent, signal }: Work,
): Promise<Run> {
  const { seed, size, views, testViews, augment, finetune, map, classWeights } = configuration;
  const { precision = 'float32' } = configuration;
  const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const notice = (text: string) => onEvent?.({ kind: 'notice', text });
  const clock = stopwatch();

  const engine = await startEngine(wanted);
  for (const text of engine.failed) notice(text);
  onEvent?.({ kind: 'engine', engine });
  if (precision === 'int8') requireInt8(engine.name);
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
  const loaded = await loadExtractors(configuration, training, work);
  networks.push(...loaded);
  const extractors = await inPrecision(loaded, training, {
    ...{ folder, precision, engine: engine.name, isTuned: finetune !== 'none', signal },
    onNotice: notice,
  });
  networks.push(...extractors.flatMap(({ int8 }) => int8 ?? []));
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
