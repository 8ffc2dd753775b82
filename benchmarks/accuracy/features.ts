import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Engine } from '@shroom/classifier';
import { type Photo, pixelsVersion } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { type PooledTap, poolCovariances, principalDirections } from '@shroom/head';
import type { Backbone } from '@shroom/models';
import { cacheFolder } from '@shroom/models/node';
import { extractFeatures } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import { concat, type Tensor2D, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { progressBar } from '../../examples/pipeline/terminal';
import { type PhotoView, photoViews } from './views';

const atOnce = 8;
const components = 96;
/** Version of the views. It changes when a view shows a different picture. */
const viewsVersion = 'by hash';
/**
 * Number of drawn pictures of each genus from which the directions are computed. Drawings are used, so that no photograph
 * influences them.
 */
const drawnPerGenus = 12;

/** The features that all ablations use: for each view of each photo, features of several kinds side by side. */
export interface PhotoFeatures {
  /** `[photos, views, width]`. */
  readonly values: Float32Array;
  readonly width: number;
  readonly views: number;
  /** Start and end of each kind in a row. */
  readonly kinds: Readonly<Record<string, readonly [number, number]>>;
}

/** Averages of the last feature map, and covariances of the last two stages, of every view of every photo. */
export async function photoFeatures(
  photos: readonly Photo[],
  backbone: Backbone,
  engine: Engine,
  signal: AbortSignal,
): Promise<PhotoFeatures> {
  const stages = backbone.taps.slice(-2);
  const taps = await directionsOf(backbone, stages, signal);
  const pooled = poolCovariances(backbone.model, taps);
  const average = layers.globalAveragePooling2d({ name: 'average' });
  const outputs = [...pooled.outputs, average.apply(backbone.model.outputs[0]!) as SymbolicTensor];
  const together = model({ inputs: backbone.model.inputs, outputs });
  const own = components ** 2;
  const width = stages.length * own + backbone.channels;
  const kinds = {
    [`covariance ${stages[0]!.stage}`]: [0, own],
    [`covariance ${stages[1]!.stage}`]: [own, 2 * own],
    'covariance both': [0, 2 * own],
    average: [2 * own, width],
  } as const;

  const { name, weights, preprocessing } = backbone;
  const frame = createHash('sha256');
  for (const { center, directions } of taps) frame.update(center).update(directions);
  const identity = { name, sha256: weights.sha256, preprocessing, pixels: pixelsVersion };
  const cache = await FeatureCache.open(
    join(cacheFolder(), 'features'),
    { ...identity, frame: frame.digest('hex'), engine: engine.identity, views: viewsVersion },
    width,
    { precision: 'float16' },
  );
  const values = new Float32Array(photos.length * photoViews.length * width);
  const progress = progressBar('features', 'views');
  try {
    let done = 0;
    for (const [place, view] of photoViews.entries())
      for await (const { index, rows } of compute(
        photos,
        view,
        together,
        cache,
        backbone,
        signal,
      )) {
        values.set(rows[0]!, (index * photoViews.length + place) * width);
        progress.update(++done, photos.length * photoViews.length, view.name);
      }
  } finally {
    progress.stop();
    await cache.close();
  }
  return { values, width, views: photoViews.length, kinds };
}

/** Computes all features of one view of photos. Features in the cache are not computed again. */
function compute(
  photos: readonly Photo[],
  { name, transforms, view }: PhotoView,
  network: LayersModel,
  cache: FeatureCache,
  { preprocessing }: Backbone,
  signal: AbortSignal,
) {
  const samples = photos.map(photo => ({ ...photo, view: view(photo.sha256) }));
  const how = {
    size: preprocessing.size,
    normalization: preprocessing,
    transforms: transforms(preprocessing.size[0]),
    epoch: photoViews.findIndex(each => each.name === name),
    batchSize: atOnce,
    fillLast: true,
    signal,
  };
  return extractFeatures(samples, {
    batches: missing => batches(missing, how),
    network: images => concat(network.predict(images, { batchSize: atOnce }) as Tensor2D[], 1),
    caches: [cache],
    keyOf: ({ sha256 }) => JSON.stringify([sha256, name]),
    signal,
  });
}

/** Frames for stages of a backbone, found on drawn mushrooms. */
async function directionsOf(
  backbone: Backbone,
  stages: Backbone['taps'],
  signal: AbortSignal,
): Promise<PooledTap[]> {
  const { preprocessing } = backbone;
  const drawn = openDrawn(drawnPerGenus).photos;
  const outputs = stages.map(
    ({ layer }) => backbone.model.getLayer(layer).output as SymbolicTensor,
  );
  const network = model({ inputs: backbone.model.inputs, outputs });
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: atOnce };
  const maps = outputs.map(({ shape }) => {
    const each = shape.slice(1) as [number, number, number];
    const size = each.reduce((product, side) => product * side, 1);
    return { shape: each, size, values: new Float32Array(drawn.length * size) };
  });
  for await (const { index, rows } of extractFeatures(drawn, {
    batches: missing => batches(missing, { ...how, fillLast: true, signal }),
    network: images => network.predict(images, { batchSize: atOnce }) as Tensor4D[],
    signal,
  }))
    for (const [stage, { size, values }] of maps.entries()) values.set(rows[stage]!, index * size);
  const taps: PooledTap[] = [];
  for (const [index, { layer }] of stages.entries()) {
    const { shape, values } = maps[index]!;
    const all = tensor4d(values, [drawn.length, ...shape]);
    taps.push({ layer, ...(await principalDirections(all, components)) });
    all.dispose();
  }
  return taps;
}
