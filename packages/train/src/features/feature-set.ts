import type { BlockShuffle } from '../random/block-order';
import { mixed } from '../random/order';

/** The true classes of photos: one class for each photo, or any number of classes if there are `targets`. */
export interface Truth {
  /** Class index of each photo, `[photos]`. If there are `targets`, only the length of this array is used. */
  readonly labels: Int32Array;
  /**
   * `[photos, classes]`: 1 for each class that a photo has, 0 for the others. Each class is then a separate yes-or-no
   * question, answered by a sigmoid of its logit. Default: a photo has exactly one class, its label.
   */
  readonly targets?: Float32Array;
}

/** Pooled features of labeled photos in memory, with one or more views of each photo. */
export interface FeatureSet extends Truth {
  /** Features, `[photos, views, channels]`. View 0 is the plain view. */
  readonly values: Float32Array;
  readonly views: number;
  readonly channels: number;
}

/** Features of labeled photos in any storage: vectors or feature maps, in memory, on disk, or computed on demand. */
export interface FeatureSource extends Truth {
  /** Number of views of each photo. View 0 is the plain view. */
  readonly views: number;
  /** Shape of the features of one view of one photo: `[channels]`, or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /**
   * Identifies the features, for example a hash of the photos, the weights of the network and the preprocessing. A resumed
   * training compares it. Default: a hash of a sample of rows, up to four million numbers but at least eight rows.
   */
  readonly identity?: string;
  /** How the photos of an epoch are shuffled. Default: every order of all photos is equally likely. */
  readonly shuffle?: BlockShuffle;
  /**
   * Says which rows will be read next, in any batches and any order, so that they can be fetched while others are trained
   * on. Training calls it for one pool of `shuffle` after another, and for none without `shuffle`. Rows of the two latest calls
   * may be read; others are then read one by one. It does not wait, and errors appear when the rows are read.
   */
  prefetch?(photos: Int32Array, views: Int32Array): void;
  /** Reads the rows of a batch, `[photos.length, ...shape]`: for each photo, the view at the same index in `views`. */
  read(photos: ArrayLike<number>, views: ArrayLike<number>): Float32Array | Promise<Float32Array>;
}

export type Features = FeatureSet | FeatureSource;

/** Number of numbers of a shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

/**
 * Wraps features of any kind in the interface `FeatureSource`. A `FeatureSource` is returned unchanged.
 *
 * @example
 * ```ts
 * const source = sourceOf(train);
 * console.log(source.shape); // [channels]
 * const rows = await source.read([4, 7], [0, 0]); // the plain views of two photos
 * ```
 */
export function sourceOf(features: Features): FeatureSource {
  if ('read' in features) return features;
  const { labels, targets, views, channels } = features;
  return {
    labels,
    ...(targets && { targets }),
    views,
    shape: [channels],
    read: (photos, chosen) => gather(features, photos, (_, row) => chosen[row]!),
  };
}

/**
 * Selects some photos of features, with all their views, without copying. If the features have an `identity`, the selection
 * has one too: it depends on the identity of the features and on the selected photos.
 *
 * @example
 * ```ts
 * const some = selectFrom(train, [3, 1, 4]);
 * await some.read([0], [0]); // the plain view of photo 3 of `train`
 * ```
 */
export function selectFrom(features: Features, photos: ArrayLike<number>): FeatureSource {
  const source = sourceOf(features);
  const { labels, views, shape, identity, shuffle } = source;
  const own = (rows: ArrayLike<number>) => Int32Array.from(rows, row => photos[row]!);
  return {
    ...truthOf(source, photos),
    views,
    shape,
    ...(identity !== undefined && {
      identity: `${photos.length} of ${labels.length} photos (${listHash(photos)}) of ${identity}`,
    }),
    ...(shuffle && { shuffle }),
    ...(source.prefetch && {
      prefetch: (rows: Int32Array, chosen: Int32Array) => source.prefetch!(own(rows), chosen),
    }),
    read: (rows, chosen) => source.read(own(rows), chosen),
  };
}

/** Labels and targets of some of the photos. */
export function truthOf({ labels, targets }: Truth, photos: ArrayLike<number>): Truth {
  const some = Int32Array.from(photos, photo => labels[photo]!);
  if (!targets) return { labels: some };
  const classes = targets.length / labels.length;
  const rows = new Float32Array(photos.length * classes);
  for (let row = 0; row < photos.length; row++) {
    const start = photos[row]! * classes;
    rows.set(targets.subarray(start, start + classes), row * classes);
  }
  return { labels: some, targets: rows };
}

/** A 128-bit hash of a list of indices and their order. */
function listHash(places: ArrayLike<number>): string {
  return [1, 2, 3, 4]
    .map(seed => {
      let hash = seed;
      for (let index = 0; index < places.length; index++) hash = mixed(hash, places[index]!);
      return hash.toString(16).padStart(8, '0');
    })
    .join('');
}

/**
 * The rows of a batch: `[indices.length, channels]`, the view of each photo chosen by `viewOf`.
 *
 * @example
 * ```ts
 * const rows = gather(train, [4, 7], () => 0); // [2, channels]: the plain views of two photos
 * ```
 */
export function gather(
  set: FeatureSet,
  indices: ArrayLike<number>,
  viewOf: (index: number, row: number) => number,
): Float32Array {
  const { channels, views, values } = set;
  const rows = new Float32Array(indices.length * channels);
  for (let row = 0; row < indices.length; row++) {
    const photo = indices[row]!;
    const start = (photo * views + viewOf(photo, row)) * channels;
    rows.set(values.subarray(start, start + channels), row * channels);
  }
  return rows;
}
