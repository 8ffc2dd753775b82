import { type Photo, plainView, type Split } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { extractFeatures, type FeatureSet } from '@shroom/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NamedPhotos } from '../photos/open-set';
import { type Extractor, imagesAtOnce, networkOf } from './extractor';

/** Spatial averages of the last feature maps of unchanged photos, computed with the networks' current weights and without a cache. */
async function summariesOf(
  photos: readonly Photo[],
  extractors: readonly Extractor[],
  signal?: AbortSignal,
): Promise<FeatureSet> {
  const channels = extractors.reduce((sum, { backbone }) => sum + backbone.channels, 0);
  const values = new Float32Array(photos.length * channels);
  const samples = photos.map(photo => ({ ...photo, view: plainView }));
  let start = 0;
  for (const extractor of extractors) {
    const { preprocessing } = extractor.backbone;
    const network = networkOf(extractor);
    const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
    const reading = { ...how, fillLast: true, verify: true, ...(signal && { signal }) };
    for await (const { index, rows } of extractFeatures(samples, {
      batches: missing => batches(missing, reading),
      network: (images: Tensor) => network(images).summary,
      ...(signal && { signal }),
    }))
      values.set(rows[0]!, index * channels + start);
    start += extractor.backbone.channels;
  }
  return { values, labels: Int32Array.from(photos, ({ label }) => label), views: 1, channels };
}

/** Spatial averages of the last feature maps for every part of a split, computed with the networks' current weights. */
export async function summariesOfParts(
  { photos }: NamedPhotos,
  split: Split,
  extractors: readonly Extractor[],
  signal?: AbortSignal,
): Promise<Record<keyof Split, FeatureSet>> {
  const of = (part: keyof Split) =>
    summariesOf(
      split[part].map(index => photos[index]!),
      extractors,
      signal,
    );
  return { train: await of('train'), validation: await of('validation'), test: await of('test') };
}
