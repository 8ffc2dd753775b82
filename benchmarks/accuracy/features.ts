import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Photo, pixelsVersion } from '@shroom/data';
import { batches, openDrawn } from '@shroom/data/node';
import { type PooledTap, poolCovariances, principalDirections } from '@shroom/head';
import type { Backbone } from '@shroom/models';
import { cacheFolder } from '@shroom/models/node';
import { FeatureCache } from '@shroom/train/node';
import { concat, slice, type Tensor2D, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../examples/pipeline/engine';
import { Progress } from '../../examples/pipeline/terminal';
import { type PhotoView, photoViews } from './views';

const atOnce = 8;
const components = 96;
/** Changes when a view becomes another picture. */
const viewsVersion = 'by hash';
/** Pictures of each genus from which the directions are found: drawn ones, so that no photograph has a say. */
const drawnPerGenus = 12;

/** All that the ablations take: for each view of each photo the features of several kinds, side by side. */
export interface PhotoFeatures {
  /** `[photos, views, width]`. */
  readonly values: Float32Array;
  readonly width: number;
  readonly views: number;
  /** Where each kind begins and ends in a row. */
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
  for (const { centre, directions } of taps) frame.update(centre).update(directions);
  const identity = { name, sha256: weights.sha256, preprocessing, pixels: pixelsVersion };
  const cache = await FeatureCache.open(
    join(cacheFolder(), 'features'),
    { ...identity, frame: frame.digest('hex'), engine: engine.identity, views: viewsVersion },
    width,
    { precision: 'float16' },
  );
  const values = new Float32Array(photos.length * photoViews.length * width);
  const progress = new Progress('features', 'views');
  try {
    let done = 0;
    for (const [place, view] of photoViews.entries()) {
      const keyOf = (photo: Photo) => JSON.stringify([photo.sha256, view.name]);
      const put = (index: number, row: Float32Array) =>
        values.set(row, (index * photoViews.length + place) * width);
      const found = await Promise.all(photos.map(photo => cache.read(keyOf(photo))));
      found.forEach((row, index) => {
        if (row) put(index, row);
      });
      const missing = photos.flatMap((_, index) => (found[index] ? [] : [index]));
      const wanted = missing.map(index => photos[index]!);
      for await (const [place, row] of compute(wanted, view, together, backbone, signal)) {
        const index = missing[place]!;
        put(index, row);
        await cache.write(keyOf(photos[index]!), row);
        progress.update(done + index + 1, photos.length * photoViews.length, view.name);
      }
      done += photos.length;
      progress.update(done, photos.length * photoViews.length, view.name);
    }
  } finally {
    progress.stop();
    await cache.close();
  }
  return { values, width, views: photoViews.length, kinds };
}

async function* compute(
  photos: readonly Photo[],
  { name, transforms, view }: PhotoView,
  network: LayersModel,
  { preprocessing }: Backbone,
  signal: AbortSignal,
): AsyncGenerator<[number, Float32Array]> {
  const samples = photos.map(photo => ({ ...photo, view: view(photo.sha256) }));
  const how = {
    size: preprocessing.size,
    normalisation: preprocessing,
    transforms: transforms(preprocessing.size[0]),
    epoch: photoViews.findIndex(each => each.name === name),
    batchSize: atOnce,
    fillLast: true,
    signal,
  };
  let next = 0;
  for await (const { images, shape, labels } of batches(samples, how)) {
    const features = tidy(() => {
      const outputs = network.predict(tensor4d(images, shape), { batchSize: atOnce });
      return concat(outputs as Tensor2D[], 1);
    });
    const rows = await features.data<'float32'>();
    features.dispose();
    const width = rows.length / atOnce;
    for (let row = 0; row < labels.length; row++)
      yield [next++, rows.slice(row * width, (row + 1) * width)];
  }
}

/** Frames for stages of a backbone, found on drawn mushrooms. */
async function directionsOf(
  backbone: Backbone,
  stages: Backbone['taps'],
  signal: AbortSignal,
): Promise<PooledTap[]> {
  const { preprocessing } = backbone;
  const drawn = openDrawn(drawnPerGenus).photos;
  const outputs = stages.map(({ layer }) => backbone.model.getLayer(layer).output);
  const network = model({ inputs: backbone.model.inputs, outputs: outputs as SymbolicTensor[] });
  const maps: Tensor4D[][] = stages.map(() => []);
  const how = { size: preprocessing.size, normalisation: preprocessing, batchSize: atOnce };
  for await (const { images, shape, samples } of batches(drawn, {
    ...how,
    fillLast: true,
    signal,
  })) {
    const input = tensor4d(images, shape);
    const found = network.predict(input, { batchSize: atOnce }) as Tensor4D[];
    input.dispose();
    for (const [index, map] of found.entries()) {
      // Read, so that each batch is a run of its own.
      await map.data();
      maps[index]!.push(slice(map, 0, samples.length));
      map.dispose();
    }
  }
  const taps: PooledTap[] = [];
  for (const [index, { layer }] of stages.entries()) {
    const all = concat(maps[index]!, 0);
    for (const map of maps[index]!) map.dispose();
    taps.push({ layer, ...(await principalDirections(all, components)) });
    all.dispose();
  }
  return taps;
}
