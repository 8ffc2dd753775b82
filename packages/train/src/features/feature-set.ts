import { mixed } from '../random/order';

/** What photos show: one class each, or with `targets` any number of them. */
export interface Truth {
  /** `[photos]`, class indices. Where there are `targets`, only their number counts. */
  readonly labels: Int32Array;
  /**
   * `[photos, classes]`, 1 for each class that a photo has and 0 for the others: every class is a question of its own, and answered by a
   * sigmoid of its logit. Default: a photo has one class, its label.
   */
  readonly targets?: Float32Array;
}

/** Pooled features of labeled photos, each seen in one or more views, in memory. */
export interface FeatureSet extends Truth {
  /** `[photos, views, channels]`; view 0 is the plain one. */
  readonly values: Float32Array;
  readonly views: number;
  readonly channels: number;
}

/** Features of labeled photos wherever they are kept: vectors or feature maps, in memory, on disk, or computed. */
export interface FeatureSource extends Truth {
  /** Views of each photo; view 0 is the plain one. */
  readonly views: number;
  /** Of one view of one photo: `[channels]`, or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /**
   * What the features are, such as a hash of the photos, the weights that they went through, and the preprocessing: a training
   * that goes on compares it. Default: a hash of some rows that stand for all, up to four million numbers and eight rows at least.
   */
  readonly identity?: string;
  /** The rows of a batch, `[photos.length, ...shape]`: of each photo the view that stands beside it. */
  read(photos: ArrayLike<number>, views: ArrayLike<number>): Float32Array | Promise<Float32Array>;
}

export type Features = FeatureSet | FeatureSource;

/**
 * Features wherever they are kept, through one interface. A `FeatureSource` is returned as it is.
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
 * Some photos of features wherever they are kept, with all their views; nothing is copied. Where the features have an
 * `identity`, so have these: it says which photos of which features they are.
 *
 * @example
 * ```ts
 * const some = selectFrom(train, [3, 1, 4]);
 * await some.read([0], [0]); // the plain view of photo 3 of `train`
 * ```
 */
export function selectFrom(features: Features, photos: ArrayLike<number>): FeatureSource {
  const source = sourceOf(features);
  const { labels, views, shape, identity } = source;
  const own = (rows: ArrayLike<number>) => Int32Array.from(rows, row => photos[row]!);
  return {
    ...truthOf(source, photos),
    views,
    shape,
    ...(identity !== undefined && {
      identity: `${photos.length} of ${labels.length} photos (${listHash(photos)}) of ${identity}`,
    }),
    read: (rows, chosen) => source.read(own(rows), chosen),
  };
}

/** What some of the photos show. */
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

/** 128 bits that follow from a list of places and their order. */
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
