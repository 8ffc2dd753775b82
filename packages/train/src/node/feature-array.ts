import { open } from 'node:fs/promises';
import type { FeatureSource, Truth } from '../features/feature-set';
import { requireInteger, requireKind } from '../options/requirements';
import type { BlockShuffle } from '../random/block-order';
import { FeatureArrayError } from './feature-array-error';
import { convertRow, readLayout, type StoredNumbers } from './feature-layout';
import { placeOf, type RowPool } from './row-pool';
import { readRows } from './row-reader';

export interface FeatureArrayOptions extends Truth {
  /**
   * How an epoch is shuffled. Two pools are in memory at a time: one is trained on while the next is read. Default: runs of 8
   * photos in pools of 32,768; the order depends on both numbers.
   */
  readonly shuffle?: Partial<BlockShuffle>;
}

/** An open file of features. */
export interface FeatureArray extends FeatureSource {
  readonly path: string;
  readonly precision: 'float32' | 'float16';
  readonly shuffle: BlockShuffle;
  prefetch(photos: Int32Array, views: Int32Array): void;
  read(photos: ArrayLike<number>, views: ArrayLike<number>): Promise<Float32Array>;
  /** Stops reading and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens an npy file of features that need not fit in memory, for `fit`. Its array is `[photos, channels]`, `[photos, views,
 * channels]` or `[photos, views, height, width, channels]`, of float32 or float16. Python opens the same file with
 * `numpy.load(path, mmap_mode='r')`.
 *
 * Only the labels, the order of an epoch and two pools of rows are in memory: of each photo of a pool, one view as it is
 * stored. No result depends on how the file is read, except through the order that `shuffle` gives.
 *
 * @throws NpyError when the file is damaged or cut short. ElementTypeError when it holds other numbers.
 * @throws FeatureArrayError when the number of rows differs from that of the labels, or the array has another number of
 *   sides. Its `read` throws it too, naming the row, for numbers that are not finite.
 * @example
 * ```ts
 * import { fit, recipes, selectFrom } from '@shroom/train';
 *
 * const labels = Int32Array.from({ length: 9000 }, (_, photo) => Math.floor(photo / 1000));
 * const file = await openFeatureArray('features.npy', { labels }); // [9000, 4, 2048]
 * const all = [...labels.keys()];
 * const some = (isHeld: boolean) => selectFrom(file, all.filter(photo => (photo % 5 === 0) === isHeld));
 * const data = { train: some(false), validation: some(true), classes: 9 };
 * for await (const { epoch, validation } of fit(classifier, data, { ...recipes.reference, batchSize: 256 }))
 *   console.log(epoch, validation.accuracy);
 * await file.close();
 * ```
 */
export async function openFeatureArray(
  path: string,
  options: FeatureArrayOptions,
): Promise<FeatureArray> {
  const { labels, targets, shuffle: wanted = {} } = options;
  requireKind('shuffle', wanted, 'an object');
  const { run = 8, pool = Math.max(run, 2 ** 15) } = wanted;
  requireInteger('shuffle.run', run, { least: 1 });
  requireInteger('shuffle.pool', pool, { least: run });
  const file = await open(path);
  const layout = await readLayout(file, path)
    .then(found => {
      if (found.photos === labels.length) return found;
      const why = `has ${found.photos} rows, but there are ${labels.length} labels.`;
      throw new FeatureArrayError(path, 'rows', why);
    })
    .catch(async error => {
      await file.close();
      throw error;
    });
  const { views, shape, numbers, precision } = layout;
  const rowOf = (photo: number, view: number) => photo * views + view;

  /** The two latest pools, the older one first. */
  let pools: readonly RowPool[] = [];
  const closing = new AbortController();

  function prefetch(photos: Int32Array, chosen: Int32Array): void {
    const rows = Float64Array.from(photos, (photo, index) => rowOf(photo, chosen[index]!)).sort();
    const stop = new AbortController();
    const stored = readRows(file, path, layout, rows, stop.signal);
    // Awaited when a row is read. Until then, a rejection must not count as unhandled.
    stored.catch(() => {});
    for (const old of pools.slice(0, -1)) old.stop.abort();
    pools = [...pools.slice(-1), { rows, stored, stop }];
  }

  async function read(photos: ArrayLike<number>, chosen: ArrayLike<number>): Promise<Float32Array> {
    const result = new Float32Array(photos.length * numbers);
    const rows = Float64Array.from(photos, (photo, index) => rowOf(photo, chosen[index]!));
    const missing: number[] = [];
    const wanted = Array.from(rows, (row, index): [RowPool, number] | undefined => {
      for (const pool of pools) {
        const place = placeOf(pool, row);
        if (place >= 0) return [pool, place];
      }
      missing.push(index);
      return undefined;
    });
    const take = (index: number, stored: StoredNumbers, place: number) =>
      convertRow(
        stored.subarray(place * numbers, (place + 1) * numbers),
        result.subarray(index * numbers, (index + 1) * numbers),
      );
    for (const pool of new Set(wanted.flatMap(each => each?.[0] ?? []))) {
      const stored = await pool.stored;
      for (const [index, each] of wanted.entries())
        if (each?.[0] === pool) take(index, stored, each[1]);
    }
    if (missing.length > 0) {
      missing.sort((a, b) => rows[a]! - rows[b]!);
      const sorted = missing.map(index => rows[index]!);
      const stored = await readRows(file, path, layout, sorted, closing.signal);
      for (const [place, index] of missing.entries()) take(index, stored, place);
    }
    requireFinite(result, photos, chosen);
    return result;
  }

  function requireFinite(
    values: Float32Array,
    photos: ArrayLike<number>,
    chosen: ArrayLike<number>,
  ): void {
    for (let place = 0; place < values.length; place++) {
      if (Number.isFinite(values[place])) continue;
      const row = Math.floor(place / numbers);
      throw new FeatureArrayError(
        path,
        'values',
        `has ${values[place]} in row ${photos[row]}, view ${chosen[row]}. Features should be finite numbers; leave this row out, or compute it again.`,
      );
    }
  }

  return {
    ...{ path, precision, labels, views, shape, shuffle: { run, pool }, prefetch, read },
    ...(targets && { targets }),
    async close() {
      const closed = new Error(`${path} was closed.`);
      for (const each of [closing, ...pools.map(({ stop }) => stop)]) each.abort(closed);
      await Promise.allSettled(pools.map(pool => pool.stored));
      pools = [];
      await file.close();
    },
  };
}
