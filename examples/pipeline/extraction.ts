import type { Photo } from '@shroom/data';
import { batches } from '@shroom/data/node';
import type { Backbone, CutBackbone } from '@shroom/models';
import type { FeatureCache } from '@shroom/train/node';
import { mean, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { viewOf } from './photos';

/** One view of one photo. */
export interface Task {
  readonly photo: Photo;
  readonly view: number;
  /** Its name in the caches. */
  readonly key: string;
}

export interface Caches {
  readonly pooled: FeatureCache;
  /** Of the feature maps at the cut, where the backbone is cut. */
  readonly maps?: FeatureCache | undefined;
}

/** Images that the backbone sees at once; larger batches are not faster on a CPU, and take more memory. */
const imagesAtOnce = 8;

interface Running {
  readonly tasks: readonly Task[];
  /** Rows of copies, which fill up the last batch, are behind those of the tasks. */
  readonly pooled: Promise<Float32Array>;
  readonly maps: Promise<Float32Array> | undefined;
}

/**
 * Runs the backbone over tasks and yields each when its features are in the caches. Threads make the batches to come, the
 * engine computes one, and the one before is written, all at a time.
 */
export async function* extract(
  backbone: Backbone,
  cut: CutBackbone | undefined,
  tasks: readonly Task[],
  caches: Caches,
  signal: AbortSignal,
): AsyncGenerator<Task> {
  const { preprocessing } = backbone;
  const samples = tasks.map(task => ({ ...task.photo, task, view: viewOf(task.photo, task.view) }));
  const how = { size: preprocessing.size, normalisation: preprocessing, batchSize: imagesAtOnce };
  const ahead = batches(samples, { ...how, fillLast: true, signal });
  let before: Running | undefined;
  for await (const batch of ahead) {
    const images = tensor4d(batch.images, batch.shape);
    const running = {
      ...start(backbone, cut, images),
      tasks: batch.samples.map(sample => sample.task),
    };
    if (before) yield* finish(before, caches);
    before = running;
  }
  if (before) yield* finish(before, caches);
}

/** Starts the engine; it goes on while the promises are not awaited. */
function start(backbone: Backbone, cut: CutBackbone | undefined, images: Tensor4D) {
  const [pooled, maps] = tidy(() => {
    const options = { batchSize: imagesAtOnce };
    const average = (features: Tensor) => mean(features, [1, 2]);
    if (!cut) return [average(backbone.model.predict(images, options) as Tensor)];
    const atCut = cut.frozen.predict(images, options) as Tensor;
    return [average(cut.trained.apply(atCut, { training: false })), atCut];
  });
  images.dispose();
  return { pooled: values(pooled!), maps: maps && values(maps) };
}

async function values(tensor: Tensor): Promise<Float32Array> {
  const read = tensor.data<'float32'>();
  // Awaited later; until then a failure must not count as unhandled.
  read.catch(() => {});
  try {
    return await read;
  } finally {
    tensor.dispose();
  }
}

async function* finish({ tasks, pooled, maps }: Running, caches: Caches): AsyncGenerator<Task> {
  await store(caches.pooled, tasks, await pooled);
  if (maps) await store(caches.maps!, tasks, await maps);
  yield* tasks;
}

async function store(cache: FeatureCache, tasks: readonly Task[], values: Float32Array) {
  const size = values.length / imagesAtOnce;
  await cache.writeAll(
    tasks.map(({ key }, row) => [key, values.subarray(row * size, (row + 1) * size)]),
  );
}
