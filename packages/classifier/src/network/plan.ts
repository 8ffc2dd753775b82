import { join } from 'node:path';
import { cacheFolder } from '@shroom/models/node';
import { jobNeeds } from '@shroom/train/node';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { RunFolderError } from '../errors';
import type { Caches, Task } from './extraction';
import { type CutExtractor, type Extractor, imagesAtOnce, networkOf } from './extractor';

/** Estimated time and disk space for the features of a run. */
export interface FeaturePlan {
  /** Number of all views, and number of views that are not in the cache. */
  readonly views: number;
  readonly missing: number;
  /** Disk space in bytes that the missing features need, and the free disk space. */
  readonly bytes: number;
  readonly freeBytes: number;
  /** Seconds that the missing features take, extrapolated from a timed batch. Absent if few features are missing. */
  readonly seconds?: number;
}

/** Number of missing views from which on a batch is timed. */
const many = 400;

/**
 * Counts the features that are not in the caches, and estimates their time and disk space.
 *
 * @throws RunFolderError when the disk has too little free space for the features.
 */
export async function planFeatures(
  extractors: readonly Extractor[],
  caches: readonly Caches[],
  cut: CutExtractor | undefined,
  tasks: readonly Task[],
): Promise<FeaturePlan> {
  const folder = join(cacheFolder(), 'features');
  let [missing, bytes, freeBytes, seconds] = [0, 0, 0, 0];
  for (const [index, extractor] of extractors.entries()) {
    const { summary, features, maps } = caches[index]!;
    const kept = [summary, features, maps].filter(cache => cache !== undefined);
    const absent = tasks.filter(({ view, photo }) =>
      kept.some(cache => cache.checksum(view.keyOf(photo)) === undefined),
    ).length;
    const half = { precision: 'float16' } as const;
    const needs = await jobNeeds({
      photos: absent,
      folder,
      features: [
        { shape: extractor.backbone.channels },
        ...(features ? [{ shape: extractor.width, ...half }] : []),
        ...(maps ? [{ shape: cut!.cut.shape as number[], ...half }] : []),
      ],
    });
    missing += absent;
    bytes += needs.featureBytes;
    freeBytes = needs.freeBytes;
    if (absent >= many) seconds += (absent / imagesAtOnce) * (await secondsOfBatch(extractor, cut));
  }
  if (bytes > freeBytes)
    throw new RunFolderError(
      folder,
      `has ${gigabytes(freeBytes)} free, the features of ${missing} views need ${gigabytes(bytes)}. Make room, name another folder by SHROOM_CACHE, or take fewer views.`,
    );
  const views = tasks.length * extractors.length;
  return { views, missing, bytes, freeBytes, ...(seconds > 0 && { seconds }) };
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Seconds for one batch. A first batch, in which the engine compiles, is not timed. */
async function secondsOfBatch(
  extractor: Extractor,
  cut: CutExtractor | undefined,
): Promise<number> {
  const [height, width] = extractor.backbone.preprocessing.size;
  const network = networkOf(extractor, cut?.extractor === extractor ? cut.cut : undefined);
  const images = zeros([imagesAtOnce, height, width, 3]);
  let seconds = 0;
  try {
    for (let turn = 0; turn < 2; turn++) {
      const begin = performance.now();
      const made = new Set<Tensor>(Object.values(network(images)));
      await Promise.all([...made].map(tensor => tensor.data()));
      for (const tensor of made) tensor.dispose();
      seconds = (performance.now() - begin) / 1000;
    }
    return seconds;
  } finally {
    images.dispose();
  }
}
