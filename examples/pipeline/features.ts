import { join } from 'node:path';
import {
  normalise,
  type Photo,
  type Pixels,
  plainView,
  type Split,
  splitNames,
} from '@shroom/data';
import { batches } from '@shroom/data/node';
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
    for await (const [task, features] of compute(backbone, missing, signal)) {
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

/** Runs the backbone over tasks, while threads make the next batches. */
async function* compute(
  { preprocessing, model, channels }: Backbone,
  tasks: readonly Task[],
  signal: AbortSignal,
): AsyncGenerator<[Task, Float32Array]> {
  const samples = tasks.map(task => ({ ...task.photo, task, view: viewOf(task.photo, task.view) }));
  const { size } = preprocessing;
  const how = { size, normalisation: preprocessing, batchSize: imagesAtOnce, signal };
  for await (const batch of batches(samples, how)) {
    const pooled = tidy(() => {
      const images = tensor4d(batch.images, batch.shape);
      const features = model.predict(images, { batchSize: imagesAtOnce }) as Tensor4D;
      return mean(features, [1, 2]);
    });
    const values = await pooled.data<'float32'>();
    pooled.dispose();
    for (const [row, { task }] of batch.samples.entries()) {
      yield [task, values.slice(row * channels, (row + 1) * channels)];
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
