import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger } from '../options/requirements';
import { checkedSource } from './feature-requirements';
import type { Features } from './feature-set';

export interface BlockOptions {
  /** Number of photos of a block. Default 1024. */
  readonly photos?: number;
  /** Number of views of each photo, beginning with the plain view. Each is a row of its own. Default 1. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

const blockOptions: NamesOf<BlockOptions> = { photos: true, views: true, signal: true };

/** Consecutive rows of features. */
export interface FeatureBlock {
  /** `[labels.length, ...shape]`: all views of the first photo, then those of the second one, and so on. */
  readonly rows: Float32Array;
  /** Class index of each row. */
  readonly labels: Int32Array;
}

/**
 * Yields all features once, in order, in blocks. The next block is read while one is used. The rows are the same whatever the
 * size of the blocks is.
 *
 * @throws RangeError for an invalid option, or when a row has a number that is not finite.
 * @example
 * ```ts
 * import { discriminantHead, FeatureMoments } from '@shroom/head/closed-form';
 *
 * const moments = new FeatureMoments(train.channels, 9);
 * for await (const { rows, labels } of featureBlocks(train, { views: 4 })) await moments.add(rows, labels);
 * const head = await discriminantHead(moments);
 * ```
 */
export async function* featureBlocks(
  features: Features,
  options: BlockOptions = {},
): AsyncGenerator<FeatureBlock, void, undefined> {
  const { photos: most = 1024, views = 1, signal } = options;
  requireKnown('', options, blockOptions);
  requireInteger('photos', most, { least: 1 });
  requireInteger('views', views, { least: 1, most: features.views });
  const source = checkedSource('features', features);
  const count = source.labels.length;

  async function load(start: number): Promise<FeatureBlock> {
    const length = views * Math.min(most, count - start);
    const photos = Int32Array.from({ length }, (_, row) => start + Math.floor(row / views));
    const chosen = photos.map((_, row) => row % views);
    const rows = await source.read(photos, chosen);
    return { rows, labels: photos.map(photo => source.labels[photo]!) };
  }

  let next = load(0);
  for (let start = 0; start < count; start += most) {
    signal?.throwIfAborted();
    const block = await next;
    if (start + most < count) {
      next = load(start + most);
      // Awaited in its turn. Until then, a rejection must not count as unhandled.
      next.catch(() => {});
    }
    yield block;
  }
}
