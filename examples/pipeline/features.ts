import { join } from 'node:path';
import {
  augment,
  normalise,
  type Photo,
  type Pixels,
  plainView,
  type Split,
  splitNames,
} from '@shroom/data';
import type { Backbone } from '@shroom/models';
import { cacheFolder } from '@shroom/models/node';
import type { FeatureSet } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import { mean, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type Photos, viewOf } from './photos';
import { Progress } from './terminal';

interface Task {
  readonly photo: Photo;
  readonly view: number;
}

export interface ExtractOptions {
  /** Views of each training photo; the first is the photo itself. */
  readonly views: number;
  readonly signal: AbortSignal;
}

/** Images that the backbone sees at once; larger batches are not faster on a CPU, and take more memory. */
const imagesAtOnce = 8;

/** Pooled features of every part of the split; what is in the cache is not computed again. */
export async function extractFeatures(
  photos: Photos,
  split: Split,
  backbone: Backbone,
  { views, signal }: ExtractOptions,
): Promise<Record<keyof Split, FeatureSet>> {
  const { weights, preprocessing, name, channels } = backbone;
  const cache = await FeatureCache.open(
    join(cacheFolder(), 'features'),
    { name, sha256: weights.sha256, preprocessing },
    channels,
  );
  const progress = new Progress('features', 'views');
  try {
    const tasks = splitNames.flatMap(part =>
      split[part].flatMap(index =>
        Array.from({ length: part === 'train' ? views : 1 }, (_, view) => ({
          photo: photos.photos[index]!,
          view,
        })),
      ),
    );
    const found = await Promise.all(tasks.map(task => cache.read(keyOf(task))));
    const missing = tasks.filter((_, index) => !found[index]);
    const computed = new Map<Task, Float32Array>();
    const cached = tasks.length - missing.length;
    if (cached > 0) progress.update(cached, tasks.length, `${cached} from the cache`);
    for await (const [task, features] of compute(photos, backbone, missing, signal)) {
      await cache.write(keyOf(task), features);
      computed.set(task, features);
      progress.update(
        cached + computed.size,
        tasks.length,
        cached > 0 ? `${cached} from the cache` : '',
      );
    }
    let next = 0;
    const assemble = (part: keyof Split): FeatureSet => {
      const count = part === 'train' ? views : 1;
      const values = new Float32Array(split[part].length * count * channels);
      for (let row = 0; row < split[part].length * count; row++, next++) {
        values.set(found[next] ?? computed.get(tasks[next]!)!, row * channels);
      }
      return { values, labels: labelsOf(photos, split[part]), views: count, channels };
    };
    return { train: assemble('train'), validation: assemble('validation'), test: assemble('test') };
  } finally {
    progress.stop();
    await cache.close();
  }
}

/** Runs the backbone over tasks; the next batch is decoded while the engine works on this one. */
async function* compute(
  photos: Photos,
  backbone: Backbone,
  tasks: readonly Task[],
  signal: AbortSignal,
): AsyncGenerator<[Task, Float32Array]> {
  // The views of a photo follow each other, so that it is decoded once.
  let recent: { readonly photo: Photo; readonly pixels: Promise<Pixels> } | undefined;
  const view = async ({ photo, view }: Task): Promise<Pixels> => {
    if (recent?.photo !== photo)
      recent = { photo, pixels: photos.pixels(photo, backbone.preprocessing.size) };
    const pixels = await recent.pixels;
    return view === 0 ? pixels : augment(pixels, viewOf(photo, view));
  };
  const load = (start: number) => {
    const ready = Promise.all(tasks.slice(start, start + imagesAtOnce).map(view));
    // Awaited one turn later; until then a failure must not count as unhandled.
    ready.catch(() => {});
    return ready;
  };
  let upcoming = load(0);
  for (let start = 0; start < tasks.length; start += imagesAtOnce) {
    signal.throwIfAborted();
    const pictures = await upcoming;
    upcoming = load(start + imagesAtOnce);
    const images = toTensor(pictures, backbone);
    const pooled = tidy(() =>
      mean(backbone.model.predict(images, { batchSize: imagesAtOnce }) as Tensor4D, [1, 2]),
    );
    const values = (await pooled.data()) as Float32Array;
    images.dispose();
    pooled.dispose();
    for (let row = 0; row < pictures.length; row++) {
      yield [
        tasks[start + row]!,
        values.slice(row * backbone.channels, (row + 1) * backbone.channels),
      ];
    }
  }
}

/** Pictures as the backbone expects them, `[N, H, W, 3]`. */
export function toTensor(pictures: readonly Pixels[], backbone: Backbone): Tensor4D {
  const [height, width] = backbone.preprocessing.size;
  const input = new Float32Array(pictures.length * height * width * 3);
  pictures.forEach((picture, index) => {
    normalise(picture, backbone.preprocessing, input, index * height * width * 3);
  });
  return tensor4d(input, [pictures.length, height, width, 3]);
}

function keyOf({ photo, view }: Task): string {
  return JSON.stringify([photo.sha256, view === 0 ? plainView : viewOf(photo, view)]);
}

function labelsOf(photos: Photos, indices: readonly number[]): Int32Array {
  return Int32Array.from(indices, index => photos.photos[index]!.label);
}
