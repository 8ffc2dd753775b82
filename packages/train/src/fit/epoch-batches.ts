import { type FeatureSource, truthOf } from '../features/feature-set';
import { balancedOrder, mixed, permutation } from '../random/order';
import { batchBounds } from './batches';
import { mix, mixTargets } from './mixing';
import type { Phase } from './phase';
import type { TrainingPosition } from './training-state';
import type { TrainingBatch } from './training-step';

/**
 * The remaining batches of the current epoch. The next batch is read while one is trained on. Order, views and mixing
 * follow only from the seed and the position.
 */
export async function* epochBatches(
  source: FeatureSource,
  classes: number,
  phase: Phase,
  { seed, epoch, batch: first, step: firstStep }: TrainingPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainingBatch, void, undefined> {
  const { labels, shape, views, shuffle } = source;
  const { batchSize, mixing, sampling } = phase;
  const orderSeed = mixed(seed, epoch + 1);
  const blocks = shuffle?.epoch(labels.length, orderSeed);
  const order =
    sampling === 'balanced'
      ? balancedOrder(labels, orderSeed)
      : (blocks?.order ?? permutation(labels.length, orderSeed));
  const viewsOf = (photos: Int32Array) =>
    photos.map(photo => mixed(seed, epoch + 1, photo) % views);
  const bounds = batchBounds(labels.length, batchSize);

  async function load(batch: number): Promise<TrainingBatch> {
    const [start, end] = bounds[batch]!;
    const photos = order.subarray(start, end);
    blocks?.pools(order, start).forEach(pool => {
      source.prefetch?.(pool, viewsOf(pool));
    });
    const rows = await source.read(photos, viewsOf(photos));
    const truth = truthOf(source, photos);
    if (!mixing) return { rows, shape, ...truth };
    const mixSeed = mixed(seed, firstStep + batch - first, 7);
    const mixture = truth.targets
      ? mixTargets(rows, shape, truth.targets, classes, mixing, mixSeed)
      : mix(rows, shape, truth.labels, classes, mixing, mixSeed);
    return { shape, labels: truth.labels, ...mixture };
  }

  let next: Promise<TrainingBatch> | undefined;
  for (let batch = first; batch < bounds.length; batch++) {
    signal?.throwIfAborted();
    const loaded = await (next ?? load(batch));
    if (batch + 1 < bounds.length) {
      next = load(batch + 1);
      // This promise is awaited in its turn. Until then, a rejection must not count as unhandled.
      next.catch(() => {});
    }
    yield loaded;
  }
}
