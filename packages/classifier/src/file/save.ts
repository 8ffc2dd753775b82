import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Split } from '@shroom/data';
import { listPretrained } from '@shroom/models';
import { type CutExtractor, type Extractor, licensesOf } from '../network/extractor';
import type { NamedPhotos } from '../photos/open-set';
import { countByClass } from '../results/metrics';
import type { RunConfiguration } from '../run/folder';
import type { TaskName } from '../task';
import type { StoredNovelty } from '../training/novelty';
import type { CertaintyByViews } from '../training/test-evaluation';
import { rangesFile } from './ranges';
import { type ClassifierFile, versionOf } from './schema';
import type { Tensors } from './stored';
import { hashOf, writeTensors } from './tensors';

/** Everything that is saved as a classifier. */
export interface SavedClassifier {
  readonly title: string;
  readonly configuration: RunConfiguration;
  readonly task: TaskName;
  readonly photos: NamedPhotos;
  readonly split: Split;
  readonly extractors: readonly Extractor[];
  readonly cut?: CutExtractor | undefined;
  readonly certainty: CertaintyByViews;
  readonly novelty: StoredNovelty;
  /** Path of the trained weights, relative to the folder. */
  readonly weights: string;
}

/** Writes the tensors that a classifier needs besides its weights. Returns the content of `classifier.json`. */
export async function saveClassifier(
  folder: string,
  saved: SavedClassifier,
): Promise<ClassifierFile> {
  const { title, configuration, task, photos, split, extractors, cut, novelty, weights } = saved;
  const { augment, testViews, head, kind, caution } = configuration;
  const frames = framesOf(extractors);
  const hashed = async (path: string) => {
    return { path, sha256: hashOf(await readFile(join(folder, path))) };
  };
  const plain = certaintyOf(1, saved.certainty.plain);
  const averaged = certaintyOf(testViews, saved.certainty.averaged);
  const { neighbors, threshold, falseAlarms, leftOut } = novelty;
  const networks = extractors.map(fileOf);
  return {
    format: 'shroom-classifier',
    version: versionOf({ extractors: networks }),
    title,
    ...(caution && { caution }),
    // `task` is absent for 'single-label', so that files from before there were tasks stay valid.
    ...(task === 'multi-label' && { task }),
    classes: [...photos.classes],
    extractors: networks,
    ...(frames.size > 0 && { frames: await writeTensors(folder, 'frames.safetensors', frames) }),
    ...(extractors.some(({ int8 }) => int8) && { ranges: await hashed(rangesFile) }),
    head: { name: head, ...(await hashed(weights)) },
    ...(cut && {
      finetuned: { extractor: extractors.indexOf(cut.extractor), layer: cut.cut.layer },
    }),
    augment,
    views: testViews,
    certainty: testViews === 1 ? [averaged] : [plain, averaged],
    novelty: {
      ...(await writeTensors(folder, 'novelty.safetensors', novelty.tensors)),
      ...{ neighbors, threshold, falseAlarms },
      ...(leftOut?.every(Number.isFinite) && { leftOut: [...leftOut] }),
    },
    trainedOn: {
      name: photos.name,
      kind,
      photos: split.train.length,
      perClass: countByClass(photos, split.train),
    },
    licenses: licensesOf(extractors),
  };
}

type StoredCertainty = ClassifierFile['certainty'][number];

function certaintyOf(
  views: number,
  certainty: CertaintyByViews[keyof CertaintyByViews],
): StoredCertainty {
  const { temperature, threshold, coverage } = certainty;
  return {
    ...{ views, temperature, threshold, coverage },
    ...('thresholds' in certainty && { thresholds: [...certainty.thresholds] }),
  };
}

function fileOf({
  backbone,
  pooling,
  taps,
  width,
  int8,
}: Extractor): ClassifierFile['extractors'][number] {
  const { name, weights, preprocessing } = backbone;
  const known = listPretrained().find(
    ({ source, architecture }) => source === weights.source && architecture === name,
  );
  const { size, mean, std } = preprocessing;
  return {
    architecture: name,
    weights: { ...(known && { id: known.id }), ...weights },
    precision: 'float32',
    ...(int8 && { computes: 'int8' }),
    preprocessing: { ...preprocessing, size: [...size], mean: [...mean], std: [...std] },
    pooling,
    taps: taps.map(({ layer }) => layer),
    width,
  };
}

/** Centers and directions of second-order pooling, named by extractor and layer. */
function framesOf(extractors: readonly Extractor[]): Tensors {
  type Entry = [string, { readonly shape: readonly number[]; readonly values: Float32Array }];
  return new Map(
    extractors.flatMap(({ taps }, index): Entry[] =>
      taps.flatMap(({ layer, center, directions }): Entry[] => {
        const components = directions.length / center.length;
        return [
          [`${index}/${layer}/center`, { shape: [center.length], values: center }],
          [
            `${index}/${layer}/directions`,
            { shape: [center.length, components], values: directions },
          ],
        ];
      }),
    ),
  );
}
