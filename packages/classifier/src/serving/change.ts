import type { ClassifierNetwork } from '../network/classifier-network';
import type { NamedPhoto } from '../photos/picture';
import { viewsOf } from '../photos/views';
import { Batcher } from './batcher';
import { seenIn } from './seen';

/** The largest difference between the logits of two networks on unchanged photos, as a share of the largest logit. */
export async function changeOf(
  expected: ClassifierNetwork,
  found: ClassifierNetwork,
  photos: AsyncIterable<NamedPhoto>,
): Promise<{ readonly share: number; readonly photos: number }> {
  const batchers = [expected, found].map(network => new Batcher(network));
  let [count, apart, largest] = [0, 0, 0];
  for await (const photo of photos) {
    const [seen] = await seenIn(await photo.read(), viewsOf('flips', 1), expected.extractors);
    const rows = await Promise.all(batchers.map(batcher => batcher.run(seen!.images, false)));
    const [logits, others] = rows.map(row => row.logits) as [Float32Array, Float32Array];
    for (const [k, value] of logits.entries()) {
      apart = Math.max(apart, Math.abs(value - others[k]!));
      largest = Math.max(largest, Math.abs(value));
    }
    count++;
  }
  if (count === 0) throw new RangeError('There are no photos to measure the change on.');
  return { share: largest > 0 ? apart / largest : apart, photos: count };
}
