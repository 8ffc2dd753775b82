import { join } from 'node:path';
import {
  normalize,
  type Pixels,
  pixelsVersion,
  plainView,
  type Split,
  splitNames,
} from '@shroom/data';
import type { Backbone, CutBackbone } from '@shroom/models';
import { cacheFolder } from '@shroom/models/node';
import type { FeatureSet, FeatureSource } from '@shroom/train';
import { cachedFeatures, FeatureCache } from '@shroom/train/node';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Engine } from './engine';
import { type Caches, extract, type Task } from './extraction';
import { type Photos, viewOf } from './photos';
import { Progress } from './terminal';

export interface ExtractOptions {
  /** Views of each training photo; the first is the photo itself. */
  readonly views: number;
  /** Views of each validation and test photo. Default 1. */
  readonly testViews?: number;
  /** Where feature maps are wanted too, for fine-tuning. */
  readonly cut?: CutBackbone | undefined;
  /** The one that runs: features of another are not taken from the cache. */
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/** Of the feature maps of each part; the rest is read when a batch needs it. */
const bytesInMemory = 3e8;

type Parts<T> = Readonly<Record<keyof Split, T>>;

export interface Features {
  readonly pooled: Parts<FeatureSet>;
  /** At the cut, where there is one; they stay on disk. */
  readonly maps?: Parts<FeatureSource>;
  close(): Promise<void>;
}

/** Features of every part of the split; what is in the cache is not computed again. */
export async function extractFeatures(
  photos: Photos,
  split: Split,
  backbone: Backbone,
  { views, testViews = 1, cut, engine, signal }: ExtractOptions,
): Promise<Features> {
  const caches = await openCaches(backbone, cut, engine);
  const viewsOf = (part: keyof Split) => (part === 'train' ? views : testViews);
  const taskOf = (index: number, view: number): Task => {
    const photo = photos.photos[index]!;
    const seen = view === 0 ? plainView : viewOf(photo, view);
    return { photo, view, key: JSON.stringify([photo.sha256, seen]) };
  };
  const tasks = splitNames.flatMap(part =>
    split[part].flatMap(index =>
      Array.from({ length: viewsOf(part) }, (_, view) => taskOf(index, view)),
    ),
  );
  await fill(backbone, cut, tasks, caches, signal);

  const pooledOf = async (part: keyof Split): Promise<FeatureSet> => {
    const [count, { channels }] = [viewsOf(part), backbone];
    const values = new Float32Array(split[part].length * count * channels);
    for (const [row, index] of split[part].entries())
      for (let view = 0; view < count; view++) {
        const features = await caches.pooled.read(taskOf(index, view).key);
        values.set(features!, (row * count + view) * channels);
      }
    return { values, labels: labelsOf(photos, split[part]), views: count, channels };
  };
  const mapsOf = (part: keyof Split): FeatureSource =>
    cachedFeatures(caches.maps!, {
      labels: labelsOf(photos, split[part]),
      views: viewsOf(part),
      shape: cut!.shape as number[],
      keyOf: (row, view) => taskOf(split[part][row]!, view).key,
      memory: bytesInMemory,
    });
  return {
    pooled: {
      train: await pooledOf('train'),
      validation: await pooledOf('validation'),
      test: await pooledOf('test'),
    },
    ...(cut && {
      maps: { train: mapsOf('train'), validation: mapsOf('validation'), test: mapsOf('test') },
    }),
    close: async () => {
      await Promise.all([caches.pooled.close(), caches.maps?.close()]);
    },
  };
}

/** A cache for each kind of features, named by everything that they depend on besides photo and view. */
async function openCaches(
  backbone: Backbone,
  cut: CutBackbone | undefined,
  engine: Engine,
): Promise<Caches> {
  const { name, weights, preprocessing, channels } = backbone;
  const folder = join(cacheFolder(), 'features');
  const how = { preprocessing, pixels: pixelsVersion, engine: engine.identity };
  const source = { name, sha256: weights.sha256, ...how };
  const pooled = await FeatureCache.open(folder, source, channels);
  if (!cut) return { pooled };
  const identity = { ...source, layer: cut.layer };
  const precision = 'float16';
  const maps = await FeatureCache.open(folder, identity, cut.shape as number[], { precision });
  return { pooled, maps };
}

async function fill(
  backbone: Backbone,
  cut: CutBackbone | undefined,
  tasks: readonly Task[],
  caches: Caches,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress('features', 'views');
  try {
    let [cached, done] = [0, 0];
    for await (const task of extract(backbone, cut, tasks, caches, signal)) {
      if (task.cached) cached++;
      const note = cached > 0 ? `${cached} from the cache` : '';
      progress.update(++done, tasks.length, note);
    }
  } finally {
    progress.stop();
  }
}

/** Pictures as the backbone expects them, `[N, H, W, 3]`. */
export function toTensor(pictures: readonly Pixels[], backbone: Backbone): Tensor4D {
  const [height, width] = backbone.preprocessing.size;
  const input = new Float32Array(pictures.length * height * width * 3);
  pictures.forEach((picture, index) => {
    normalize(picture, backbone.preprocessing, input, index * height * width * 3);
  });
  return tensor4d(input, [pictures.length, height, width, 3]);
}

function labelsOf(photos: Photos, indices: readonly number[]): Int32Array {
  return Int32Array.from(indices, index => photos.photos[index]!.label);
}
