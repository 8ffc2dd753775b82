import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifest, type Photo, parseManifest, type SplitName, splitNames } from '@shroom/data';
import { PhotoError, RunFolderError } from './errors';
import type { LoadedClassifier } from './file/assemble';
import { logitsOfPhotos } from './network/logits';
import { requireKnownColumns, type TableColumns } from './options';
import { type NamedPhotos, openSet } from './photos/open-set';
import { labelsOf, taskOfPhotos, truthOf } from './photos/truth';
import { viewsOf } from './photos/views';
import type { OnProgress } from './progress';
import { type NamesOf, requireKnown } from './requirements';
import { resultOf, type TestResult } from './results/results';
import { runOf } from './run/folder';
import { predictionOf } from './serving/answer';
import { taskOf } from './task';
import { assessmentOf, type TestCertainty } from './training/test-evaluation';
import type { TrainingPhotos } from './training/work';

export interface EvaluateOptions {
  /** The part of the run's photos to evaluate on. Default `test`. */
  readonly part?: SplitName;
  /** Unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
  /** Number of views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
  /** Number of resamples for the bootstrap intervals. Default 1000. */
  readonly resamples?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The evaluation of a classifier on labeled photos, as plain data. `task` determines which figures it has. */
export type Evaluated = TestResult & EvaluatedPhotos;

/** The photos of an evaluation, and the answers for photos of classes that the classifier does not have. */
export interface EvaluatedPhotos {
  /** Photos of classes that the classifier has, in the order of the rows of the assessment. */
  readonly photos: readonly string[];
  /** How many of `photos` were answered with `known: false`. */
  readonly unknown: number;
  /** How many of the photos were used in training or validation. Absent if the folder has no `split.json`. */
  readonly seen?: number;
  /** Photos of classes that the classifier does not have. The right answer for such photos is `known: false`. */
  readonly strange: {
    readonly photos: number;
    readonly classes: readonly string[];
    /** How many of these photos were answered with `known: false`. */
    readonly unknown: number;
    /** How many of these photos were answered with `sure: false`. Photos with `known: false` are included. */
    readonly unsure: number;
  };
}

const evaluateOptions: NamesOf<EvaluateOptions> = {
  ...{ part: true, columns: true, views: true, resamples: true, onProgress: true, signal: true },
};

/** @param given Labeled photos. Default: the photos of the run in the folder. */
export async function evaluateClassifier(
  folder: string,
  { file, network, novelty }: LoadedClassifier,
  given: TrainingPhotos | undefined,
  options: EvaluateOptions,
): Promise<Evaluated> {
  const { part = 'test', columns, views = file.views, resamples, onProgress, signal } = options;
  const { classes } = file;
  requireKnown('', options, evaluateOptions);
  requireKnownColumns(columns);
  if (!splitNames.includes(part))
    throw new RangeError(`part should be ${splitNames.join(' or ')}, not '${part}'.`);
  const certainty = file.certainty.find(each => each.views === views);
  if (!certainty)
    throw new RangeError(
      `How sure answers from ${views} views are was not measured; take ${file.certainty.map(each => each.views).join(' or ')}.`,
    );
  const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const { set, seen } =
    given === undefined
      ? await partOfRun(folder, part, work)
      : await otherPhotos(folder, given, columns, work);
  const { task } = taskOfPhotos(set, taskOf(file));
  const { known, strange } = byClasses(set, classes);
  if (known.length === 0)
    throw new PhotoError(
      set.name,
      `none of the photos is of a class that the classifier has: ${classes.join(', ')}.`,
    );

  const logits = new Float32Array(known.length * classes.length);
  const seenIn = viewsOf(file.augment, views);
  const answers = async (
    photos: readonly Photo[],
    each: (index: number, logits: Float32Array) => void,
  ) => {
    let [index, unknown, unsure] = [0, 0, 0];
    for await (const row of logitsOfPhotos(photos, network, seenIn, work)) {
      const score = novelty && {
        score: novelty.score(row.summary)[0]!,
        threshold: novelty.threshold,
      };
      const said = predictionOf(row.photo.id, file, row.logits, certainty, score);
      if (!said.known) unknown++;
      if (!said.sure) unsure++;
      each(index++, row.logits);
    }
    return { unknown, unsure };
  };
  const own = await answers(known, (index, row) => logits.set(row, index * classes.length));
  const others = await answers(strange, () => {});
  const truth = truthOf(known, task === 'multi-label' ? classes.length : undefined);
  const how = resamples === undefined ? {} : { resamples };
  const assessment = assessmentOf(truth, logits, classes.length, certainty as TestCertainty, how);
  return {
    ...resultOf(assessment),
    unknown: own.unknown,
    photos: known.map(({ id }) => id),
    ...(seen !== undefined && { seen }),
    strange: {
      photos: strange.length,
      classes: set.classes.filter(name => indexOfClass(classes, name) < 0),
      ...others,
    },
  };
}

/** Finds the index of a class by its name, as in a set of photos: letter case and Unicode form make no difference. */
function indexOfClass(classes: readonly string[], name: string): number {
  const exact = classes.indexOf(name);
  const plain = (text: string) => text.normalize('NFC').toLowerCase();
  return exact >= 0 ? exact : classes.findIndex(each => plain(each) === plain(name));
}

/** Splits photos into `known`, labeled with the class indices of the classifier, and `strange`, whose classes the classifier lacks. */
function byClasses(set: NamedPhotos, classes: readonly string[]) {
  const places = set.classes.map(name => indexOfClass(classes, name));
  const known: Photo[] = [];
  const strange: Photo[] = [];
  for (const photo of set.photos) {
    const all = labelsOf(photo);
    const own = all.map(label => places[label]!).filter(label => label >= 0);
    own.sort((a, b) => a - b);
    if (own.length === 0 && all.length > 0) strange.push(photo);
    else known.push({ ...photo, label: own[0] ?? 0, ...(photo.labels && { labels: own }) });
  }
  return { known, strange };
}

interface LabeledPhotos {
  readonly set: NamedPhotos;
  readonly seen?: number;
}

type Work = { readonly onProgress?: OnProgress; readonly signal?: AbortSignal };

/** One part (train, validation or test) of the photos of a run. */
async function partOfRun(folder: string, part: SplitName, work: Work): Promise<LabeledPhotos> {
  const { configuration } = await runOf(folder, 'give photos to evaluate it on.');
  if (configuration.data === undefined)
    throw new RunFolderError(
      folder,
      `was trained on photos that were open already (${configuration.name}). Give the photos to evaluate it on.`,
    );
  const set = await openSet(configuration.data, configuration, work);
  const manifest = parseManifest(await readFile(join(folder, 'split.json'), 'utf8'));
  const split = applyManifest(manifest, set);
  const photos = split[part].map(index => set.photos[index]!);
  return { set: { ...set, photos }, seen: part === 'test' ? 0 : photos.length };
}

/** All photos of a set other than the run's, and how many of them the run has trained or validated on. */
async function otherPhotos(
  folder: string,
  given: TrainingPhotos,
  columns: EvaluateOptions['columns'],
  work: Work,
): Promise<LabeledPhotos> {
  const reading = { group: 'none', leastPerClass: 1, leastClasses: 1, ...(columns && { columns }) };
  const set = await openSet(given, reading, work);
  const text = await readFile(join(folder, 'split.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return { set };
  const { train, validation } = parseManifest(text);
  const learned = new Set([...train, ...validation].map(({ sha256 }) => sha256));
  return { set, seen: set.photos.filter(({ sha256 }) => learned.has(sha256)).length };
}
