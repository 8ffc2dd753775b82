import { mixed, permutation } from './order';

/** How photos are shuffled that can be read quickly only in runs, such as those of a file that does not fit in memory. */
export interface BlockShuffle {
  /**
   * Number of consecutive photos that stay together until they are in a pool. With 1, every order of the photos is equally
   * likely, as for features in memory.
   */
  readonly run: number;
  /** Number of photos, of random runs, that are mixed with each other. */
  readonly pool: number;
  /** The order of an epoch. The same seed gives the same order. */
  epoch(count: number, seed: number): BlockEpoch;
}

/** The order of the photos in an epoch. */
export interface BlockEpoch {
  /** The numbers 0 to `count - 1`. */
  readonly order: Int32Array;
  /**
   * The pools that a batch begins in and that comes next, without those that earlier calls returned.
   *
   * @param order The order that is used: this one, or another one of as many photos.
   * @param start The batch's first place in the order.
   */
  pools(order: Int32Array, start: number): readonly Int32Array[];
}

/**
 * Shuffles in blocks, for a `FeatureSource` of your own: runs of consecutive photos are drawn at random, and as many as a pool
 * holds are mixed photo by photo.
 *
 * @param run Number of photos that stay together, 1 or more.
 * @param pool Number of photos that are mixed with each other, at least `run`.
 * @example
 * ```ts
 * const source: FeatureSource = { ...sourceOf(train), shuffle: blockShuffle(8, 32_768) };
 * ```
 */
export const blockShuffle = (run: number, pool: number): BlockShuffle => ({
  ...{ run, pool },
  epoch: (count, seed) => {
    const order = blockOrder(count, { run, pool }, seed);
    const bounds = poolBounds(count, pool);
    let next = 0;
    return {
      order,
      pools: (used, start) => {
        const own = Math.floor(start / pool);
        const first = Math.max(next, own);
        next = Math.max(next, own + 2);
        return bounds.slice(first, next).map(([from, to]) => used.subarray(from, to));
      },
    };
  },
});

/**
 * The integers 0 to `count - 1` in a random order in which neighbors come from few places. The integers are cut into runs;
 * the runs are permuted; as many runs as fit into a pool are permuted number by number, pool after pool.
 *
 * With runs of one number, the order is the same as `permutation(count, seed)`.
 */
export function blockOrder(
  count: number,
  { run, pool }: Pick<BlockShuffle, 'run' | 'pool'>,
  seed: number,
): Int32Array {
  if (run === 1) return permutation(count, seed);
  const runs = permutation(Math.ceil(count / run), seed);
  const order = new Int32Array(count);
  let end = 0;
  for (const index of runs) {
    const last = Math.min(count, (index + 1) * run);
    for (let place = index * run; place < last; place++) order[end++] = place;
  }
  for (const [index, [start, stop]] of poolBounds(count, pool).entries()) {
    const own = order.slice(start, stop);
    const mixing = permutation(own.length, mixed(seed, index, 3));
    for (let place = 0; place < own.length; place++) order[start + place] = own[mixing[place]!]!;
  }
  return order;
}

/** Start and end of each pool of an order. */
export function poolBounds(count: number, pool: number): [number, number][] {
  return Array.from({ length: Math.ceil(count / pool) }, (_, index) => [
    index * pool,
    Math.min(count, (index + 1) * pool),
  ]);
}
