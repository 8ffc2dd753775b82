import type { FeatureSource } from '../feature-set';
import type { FeatureCache } from './feature-cache';

export interface CachedOptions {
  readonly labels: Int32Array;
  /** Views of each photo. */
  readonly views: number;
  /** Of the features of a view. */
  readonly shape: readonly number[];
  /** The name of a view in the cache. */
  readonly keyOf: (photo: number, view: number) => string;
  /** Most bytes of features that are kept in memory once they were read. Default 1e9. */
  readonly memory?: number;
}

/**
 * Features that stay on disk: a batch reads what it needs, and what was read is kept as long as it fits the bound.
 *
 * @param cache Stays open as long as the features are used; the caller closes it.
 */
export function cachedFeatures(cache: FeatureCache, options: CachedOptions): FeatureSource {
  const { labels, views, shape, keyOf, memory = 1e9 } = options;
  const size = shape.reduce((product, side) => product * side, 1);
  const kept = new Map<string, Float32Array>();
  const most = Math.floor(memory / (4 * size));

  async function one(photo: number, view: number): Promise<Float32Array> {
    const key = keyOf(photo, view);
    const known = kept.get(key);
    if (known) return known;
    const features = await cache.read(key);
    if (!features) {
      throw new Error(
        `The features of photo ${photo}, view ${view}, are not in the cache, or damaged there. Compute them again.`,
      );
    }
    if (kept.size < most) kept.set(key, features);
    return features;
  }

  return {
    labels,
    views,
    shape,
    read: async (photos, chosen) => {
      const rows = new Float32Array(photos.length * size);
      const reading = Array.from(photos, async (photo, row) => {
        rows.set(await one(photo, chosen[row]!), row * size);
      });
      await Promise.all(reading);
      return rows;
    },
  };
}
