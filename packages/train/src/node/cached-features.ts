import { createHash } from 'node:crypto';
import type { FeatureSource, Truth } from '../features/feature-set';
import { requireInteger, requireNumber } from '../options/requirements';
import type { FeatureCache } from './feature-cache';

export interface CachedOptions extends Truth {
  /** Number of views of each photo. */
  readonly views: number;
  /** Shape of the features of one view. */
  readonly shape: readonly number[];
  /** Returns the key of a view in the cache. */
  readonly keyOf: (photo: number, view: number) => string;
  /** Maximum number of bytes of features that are kept in memory after they were read, 0 or more. Default 1e9. */
  readonly memory?: number;
}

/**
 * Features that stay on disk. A batch reads the features that it needs; they are kept in memory up to the limit `memory`.
 * The `identity` is computed from the keys and checksums of all views in order, without reading any features.
 *
 * @param cache Has to stay open as long as the features are used. The caller closes it.
 * @example
 * ```ts
 * const shape = [14, 14, 1024];
 * const key = { ...backbone.weights, layer: 'layer3' };
 * const cache = await FeatureCache.open('cache/features', key, shape);
 * const keyOf = (photo: number, view: number) => `${photos[photo]!.sha256} ${view}`;
 * const { labels } = train;
 * const maps = cachedFeatures(cache, { labels, views: 4, shape, keyOf }); // for `fit`
 * ```
 */
export function cachedFeatures(cache: FeatureCache, options: CachedOptions): FeatureSource {
  const { labels, targets, views, shape, keyOf, memory = 1e9 } = options;
  requireInteger('views', views, { least: 1 });
  for (const side of shape) requireInteger('shape', side, { least: 1 });
  requireNumber('memory', memory, { least: 0, infinite: true });
  const size = shape.reduce((product, side) => product * side, 1);
  const kept = new Map<string, Float32Array>();
  const most = Math.floor(memory / (4 * size));

  async function one(photo: number, view: number): Promise<Float32Array> {
    const key = keyOf(photo, view);
    const known = kept.get(key);
    if (known) return known;
    const features = await cache.read(key);
    if (!features) throw absent(photo, view);
    if (kept.size < most) kept.set(key, features);
    return features;
  }

  function identity(): string {
    const hash = createHash('sha256');
    for (let photo = 0; photo < labels.length; photo++)
      for (let view = 0; view < views; view++) {
        const key = keyOf(photo, view);
        const checksum = cache.checksum(key);
        if (checksum === undefined) throw absent(photo, view);
        hash.update(JSON.stringify([key, checksum]));
      }
    return `cached, ${hash.digest('hex')}`;
  }

  return {
    labels,
    ...(targets && { targets }),
    views,
    shape,
    // Computed on demand, because the cache may still be filled before that.
    get identity() {
      return identity();
    },
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

const absent = (photo: number, view: number) =>
  new Error(
    `The features of photo ${photo}, view ${view}, are missing from the cache or damaged. Compute them again.`,
  );
