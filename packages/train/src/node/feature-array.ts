import { open } from 'node:fs/promises';
import { firstOdd } from '../features/feature-requirements';
import { type FeatureSource, type Truth, truthOf } from '../features/feature-set';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireKind, requireOneOf } from '../options/requirements';
import { type BlockShuffle, blockShuffle } from '../random/block-order';
import { FeatureArrayError } from './feature-array-error';
import { convertRow, readLayout, type StoredNumbers } from './feature-layout';
import { finitePhotos } from './finite-photos';
import { placeOf, type RowPool } from './row-pool';
import { readRows } from './row-reader';

export interface FeatureArrayOptions extends Truth {
  /**
   * How an epoch is shuffled. Two pools are in memory at a time: one is trained on while the next is read. Default: runs of 8
   * photos in pools of 32,768; the order depends on both numbers.
   */
  readonly shuffle?: Partial<Pick<BlockShuffle, 'run' | 'pool'>>;
  /**
   * What happens to photos with numbers that are not finite, such as the rows of photos that could not be read: `error` when
   * such a row is read, or `skip`. To skip them, the whole file is read once when it is opened. Default `error`.
   */
  readonly notFinite?: 'error' | 'skip';
  /** Stops the search for such photos. */
  readonly signal?: AbortSignal;
}

const arrayOptions: NamesOf<FeatureArrayOptions> = {
  ...{ labels: true, targets: true, shuffle: true, notFinite: true, signal: true },
};

/** An open file of features. */
export interface FeatureArray extends FeatureSource {
  readonly path: string;
  readonly precision: 'float32' | 'float16';
  readonly shuffle: BlockShuffle;
  /** Number of photos of the file that were skipped. */
  readonly skipped: number;
  /** For each photo, its place in the file. Without skipped photos, they are the same numbers. */
  readonly places: Int32Array;
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
 * @throws RangeError for an invalid option.
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
  const { shuffle: wanted = {}, notFinite = 'error', signal } = options;
  requireKnown('', options, arrayOptions);
  requireOneOf('notFinite', notFinite, ['error', 'skip']);
  requireKind('shuffle', wanted, 'an object');
  const { run = 8, pool = Math.max(run, 2 ** 15) } = wanted;
  requireInteger('shuffle.run', run, { least: 1 });
  requireInteger('shuffle.pool', pool, { least: run });
  const file = await open(path);
  const { layout, places } = await opened().catch(async error => {
    await file.close();
    throw error;
  });
  const { views, shape, numbers, precision } = layout;
  const skipped = layout.photos - places.length;
  const { labels, targets } = skipped === 0 ? options : truthOf(options, places);
  const rowOf = (photo: number, view: number) => places[photo]! * views + view;

  async function opened() {
    const layout = await readLayout(file, path);
    const { photos } = layout;
    const count = options.labels.length;
    if (photos !== count)
      throw new FeatureArrayError(
        path,
        'rows',
        `has ${photos} rows, but there are ${count} labels.`,
      );
    const places =
      notFinite === 'skip'
        ? await finitePhotos(file, path, layout, signal)
        : Int32Array.from({ length: photos }, (_, photo) => photo);
    return { layout, places };
  }

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
    const place = firstOdd(values);
    if (place < 0) return;
    const row = Math.floor(place / numbers);
    throw new FeatureArrayError(
      path,
      'values',
      `has ${values[place]} in row ${places[photos[row]!]}, view ${chosen[row]}. Features should be finite numbers; leave this row out, or compute it again.`,
    );
  }

  return {
    ...{ path, precision, labels, views, shape, shuffle: blockShuffle(run, pool), prefetch, read },
    ...{ skipped, places },
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
