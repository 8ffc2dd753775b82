import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GroupedSample, kFolds } from '@shroom/data';
import { classifierHead, linearHead } from '@shroom/head';
import { cacheFolder } from '@shroom/models/node';
import { type FitOptions, fit, heldOutLogits, logitsOf } from '@shroom/train';
import { writeAtomically } from '@shroom/train/node';
import type { Ablation } from './ablations';
import type { PhotoFeatures } from './features';
import { sourceOf } from './trial';

/** A way to train whose calibration is measured. */
export interface Way extends Omit<Ablation, 'phase'> {
  readonly recipe: FitOptions;
  /** Whether validation photos choose the epoch that is kept. Otherwise the last epoch is kept. */
  readonly chooses: boolean;
}

/** Logits of photos, row by row. */
interface PhotoLogits {
  /** Indices into the list of photos. */
  readonly photos: readonly number[];
  readonly logits: readonly number[];
}

/** Logits of one fold of one seed: of its test photos, and of the photos on which temperature and threshold are fitted. */
export interface FoldLogits {
  readonly test: PhotoLogits;
  readonly calibrating: PhotoLogits;
  /** Logits of all validation photos by the classifier whose epoch they chose. */
  readonly choosing: PhotoLogits;
}

export interface OutOfFoldOptions {
  readonly classes: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

const folds = 5;

/**
 * The logits of every photo by a classifier that was not trained on it, fold by fold. A fifth of the photos is for the
 * test, and a quarter of the others for validation. Computed logits are saved in the cache folder.
 *
 * @param samples Labels, and groups that stay together, if there are any.
 */
export async function* outOfFold(
  way: Way,
  features: PhotoFeatures,
  samples: readonly GroupedSample[],
  options: OutOfFoldOptions,
): AsyncGenerator<FoldLogits> {
  const { seed } = options;
  const folder = join(cacheFolder(), 'calibration');
  await mkdir(folder, { recursive: true });
  const hashOf = (data: string | Float32Array) => createHash('sha256').update(data).digest('hex');
  const photos = samples.map(({ id, label, group }) => [id, label, group]);
  const identity = hashOf(JSON.stringify([hashOf(features.values), way, photos, seed]));
  for (const test of kFolds(samples, { folds, seed })) {
    const file = join(folder, `${hashOf(JSON.stringify([identity, test]))}.json`);
    const kept = await readFile(file, 'utf8').catch(() => undefined);
    if (kept === undefined) {
      const made = await trainFold(way, features, samples, test, options);
      await writeAtomically(file, JSON.stringify(made));
      yield made;
    } else yield JSON.parse(kept) as FoldLogits;
  }
}

async function trainFold(
  way: Way,
  features: PhotoFeatures,
  samples: readonly GroupedSample[],
  test: readonly number[],
  { classes, seed, signal }: OutOfFoldOptions,
): Promise<FoldLogits> {
  const held = new Set(test);
  const others = [...samples.keys()].filter(photo => !held.has(photo));
  const quarters = divided(samples, others, 4, seed);
  const [validation, ...rest] = quarters as [number[], ...number[][]];
  const labels = Int32Array.from(samples, ({ label }) => label);
  const part = (photos: readonly number[], views: number) =>
    sourceOf(features, way.features, labels, photos, views);
  const { views, testViews, recipe, chooses } = way;
  const train = part(rest.flat(), views);
  const data = { train, validation: part(validation, testViews), classes };
  const [channels] = train.shape as [number];
  const start = () =>
    way.head === 'linear'
      ? linearHead(channels, classes)
      : classifierHead(channels, classes, { seed });
  const how = { ...recipe, seed, validationViews: testViews, signal };
  const inference = { views: testViews, signal };

  const head = start();
  let [choosing, tested]: PhotoLogits[] = [];
  try {
    for await (const report of fit(head, data, how)) {
      if (chooses ? !report.best : !report.last) continue;
      choosing = photoLogits(validation, await logitsOf(head, data.validation, inference));
      tested = photoLogits(test, await logitsOf(head, part(test, testViews), inference));
    }
  } finally {
    head.dispose();
  }
  if (!chooses) return { test: tested!, calibrating: choosing!, choosing: choosing! };
  const place = new Map(validation.map((photo, index) => [photo, index]));
  const halves = divided(samples, validation, 2, seed).map(half =>
    half.map(photo => place.get(photo)!),
  );
  const found = await heldOutLogits(start, data, halves, how);
  const calibrated = Array.from(found.samples, index => validation[index]!);
  return {
    test: tested!,
    calibrating: photoLogits(calibrated, found.logits[0]!),
    choosing: choosing!,
  };
}

const photoLogits = (photos: readonly number[], logits: Float32Array): PhotoLogits => ({
  photos,
  logits: Array.from(logits),
});

/** Divides photos into parts of about the same size, with even classes and whole groups. */
function divided(
  samples: readonly GroupedSample[],
  photos: readonly number[],
  parts: number,
  seed: number,
): number[][] {
  const own = photos.map(photo => samples[photo]!);
  return kFolds(own, { folds: parts, seed }).map(part => part.map(index => photos[index]!));
}
