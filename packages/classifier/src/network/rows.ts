import type { Photo } from '@shroom/data';
import type { FeatureSet, FeatureSource } from '@shroom/train';
import { cachedFeatures, type FeatureCache } from '@shroom/train/node';
import { truthOf } from '../photos/truth';
import type { PhotoView } from '../photos/views';

/** Photos, and the views of each. */
export interface Seen {
  readonly photos: readonly Photo[];
  readonly views: readonly PhotoView[];
  /** The number of classes, for the task 'multi-label' only. The rows then have targets. */
  readonly classes?: number | undefined;
}

/**
 * Features of photos and views, read from a cache.
 *
 * @param memory Largest size in bytes of rows that stay in memory after they were read.
 */
export function cachedRows(
  cache: FeatureCache,
  shape: readonly number[],
  { photos, views, classes }: Seen,
  memory: number,
): FeatureSource {
  return cachedFeatures(cache, {
    ...truthOf(photos, classes),
    views: views.length,
    shape,
    keyOf: (row, view) => views[view]!.keyOf(photos[row]!),
    memory,
  });
}

/** Joins sources of the same photos. A row is the concatenation of the rows of all sources. */
export function joined(sources: readonly FeatureSource[]): FeatureSource {
  const [first, ...others] = sources as [FeatureSource, ...FeatureSource[]];
  if (others.length === 0) return first;
  const sizes = sources.map(sizeOf);
  const width = sizes.reduce((sum, size) => sum + size, 0);
  return {
    labels: first.labels,
    ...(first.targets && { targets: first.targets }),
    views: first.views,
    shape: [width],
    get identity() {
      return sources.map(({ identity }) => identity).join(' beside ');
    },
    read: async (photos, views) => {
      const rows = new Float32Array(photos.length * width);
      let start = 0;
      for (const [index, source] of sources.entries()) {
        const size = sizes[index]!;
        const own = await source.read(photos, views);
        for (let row = 0; row < photos.length; row++)
          rows.set(own.subarray(row * size, (row + 1) * size), row * width + start);
        start += size;
      }
      return rows;
    },
  };
}

/** Count of numbers in one view of one photo. */
export const sizeOf = ({ shape }: Pick<FeatureSource, 'shape'>): number =>
  shape.reduce((product, side) => product * side, 1);

/** Reads all rows of a source of vectors into memory. */
export async function inMemory(source: FeatureSource): Promise<FeatureSet> {
  const { labels, targets, views, shape } = source;
  const channels = sizeOf({ shape });
  const values = new Float32Array(labels.length * views * channels);
  for (let photo = 0; photo < labels.length; photo++)
    for (let view = 0; view < views; view++)
      values.set(await source.read([photo], [view]), (photo * views + view) * channels);
  return { values, labels, ...(targets && { targets }), views, channels };
}
