import { dispose, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireKind } from '../options/requirements';

/** Input of a network for some samples, wherever it comes from; `batches` of `@shroom/data` gives such. */
export interface ImageBatch<S> {
  readonly images: Float32Array;
  /** `[N, ...]`. N may be more than the samples: rows after theirs fill the batch up, and are left out. */
  readonly shape: readonly number[];
  /** In the order of the rows. */
  readonly samples: readonly S[];
}

/** Where rows are kept from one run to the next; `FeatureCache` of `@shroom/train/node` is one. */
export interface RowCache {
  read(key: string): Promise<Float32Array | undefined>;
  writeAll(entries: readonly (readonly [key: string, row: Float32Array])[]): Promise<void>;
}

export interface ExtractionOptions<S> {
  /** Batches of the samples that are not in the caches, in any order. */
  readonly batches: (missing: readonly S[]) => AsyncIterable<ImageBatch<S>>;
  /** `[N, ...]` images to one tensor with N rows, or to several; what it makes besides is disposed. */
  readonly network: (images: Tensor) => Tensor | readonly Tensor[];
  /**
   * One for each tensor of the network. What a cache is opened for has to name all that its rows depend on besides the sample:
   * the engine and its version, the weights, the preprocessing and the precision. Default: none, all is computed.
   */
  readonly caches?: readonly RowCache[];
  /** The name of a sample in the caches, such as its hash and its view. Needed where there are caches. */
  readonly keyOf?: (sample: S) => string;
  /** Looked at before each batch. Give it to what makes the batches too. */
  readonly signal?: AbortSignal;
}

const extractionOptions: NamesOf<ExtractionOptions<unknown>> = {
  ...{ batches: true, network: true, caches: true, keyOf: true, signal: true },
};

/** What a network makes of one sample. */
export interface Extracted<S> {
  readonly sample: S;
  /** Its place among the samples. */
  readonly index: number;
  /** Flat, one for each tensor of the network. */
  readonly rows: readonly Float32Array[];
  /** Whether they were in the caches. */
  readonly cached: boolean;
}

/**
 * Runs samples through a frozen network. First come those that are in the caches, then the others as they are computed; what
 * is computed is in the caches when it comes. Leaving the loop stops the work.
 *
 * The next batch is made, one is computed and the one before is written at the same time. Tensors are disposed, also where the loop is left or fails.
 *
 * @param samples Different objects: a batch says by them what its rows are of.
 * @throws RangeError for an invalid option, a tensor of the network without one row for each image, another number of tensors
 *   than caches, a sample in a batch that was not asked for, and samples that came in no batch.
 * @example
 * ```ts
 * import { batches } from '@shroom/data/node';
 * import { mean, type Tensor } from '@tensorflow/tfjs-core';
 *
 * const { preprocessing } = backbone;
 * for await (const { index, rows } of extractFeatures(photos, {
 *   batches: missing => batches(missing, { preprocessing, batchSize: 8, fillLast: true, signal }),
 *   network: images => mean(backbone.model.predict(images) as Tensor, [1, 2]),
 *   signal,
 * }))
 *   train.values.set(rows[0]!, index * backbone.channels);
 * ```
 */
export async function* extractFeatures<S extends object>(
  samples: readonly S[],
  options: ExtractionOptions<S>,
): AsyncGenerator<Extracted<S>, void, undefined> {
  const { batches, caches = [], keyOf, signal } = options;
  checkOptions(options);
  if (new Set(samples).size < samples.length)
    throw new RangeError('A sample is there twice; each should be an object of its own.');
  const places = new Map<S, number>();
  for (const [index, sample] of samples.entries()) {
    signal?.throwIfAborted();
    const rows = keyOf && (await cachedRows(caches, keyOf(sample)));
    if (rows) yield { sample, index, rows, cached: true };
    else places.set(sample, index);
  }
  const missing = [...places.keys()];
  if (missing.length === 0) return;

  let before: Running<S> | undefined;
  let running: Running<S> | undefined;
  try {
    for await (const batch of batches(missing)) {
      signal?.throwIfAborted();
      running = start(batch, options);
      if (before) yield* finish(before, places, options);
      before = running;
    }
    if (before) yield* finish(before, places, options);
  } finally {
    // Their tensors are disposed when they are read, also where nobody wants them any more.
    await Promise.allSettled([before, running].flatMap(each => each?.tensors ?? []));
  }
  if (places.size > 0)
    throw new RangeError(`${places.size} of ${missing.length} samples came in no batch.`);
}

function checkOptions<S>(options: ExtractionOptions<S>): void {
  const { batches, network, caches = [], keyOf } = options;
  requireKnown('', options, extractionOptions);
  requireKind('batches', batches ?? null, 'a function');
  requireKind('network', network ?? null, 'a function');
  requireKind('caches', caches, 'a list');
  requireKind('keyOf', keyOf, 'a function');
  if (caches.length > 0 !== (keyOf !== undefined))
    throw new RangeError('caches and keyOf belong together; give both of them or none.');
}

/** Read whole, so that what is damaged is found and computed again. */
async function cachedRows(
  caches: readonly RowCache[],
  key: string,
): Promise<Float32Array[] | undefined> {
  const rows: Float32Array[] = [];
  for (const cache of caches) {
    const row = await cache.read(key);
    if (!row) return undefined;
    rows.push(row);
  }
  return rows;
}

/** A batch that is being computed. */
interface Running<S> {
  readonly samples: readonly S[];
  /** Rows that the batch has, those that fill it up included. */
  readonly count: number;
  readonly tensors: readonly Promise<Float32Array>[];
}

/** Starts the engine; it goes on while the promises are not awaited. */
function start<S>(
  batch: ImageBatch<S>,
  { network, caches = [] }: ExtractionOptions<S>,
): Running<S> {
  const { images, shape, samples } = batch;
  const count = shape[0]!;
  const tensors = tidy(() => [network(tensor(images, [...shape]))].flat() as Tensor[]);
  const odd = tensors.find(each => each.shape[0] !== count);
  if (odd || (caches.length > 0 && caches.length !== tensors.length)) {
    dispose(tensors);
    throw new RangeError(
      odd
        ? `The network gives a tensor [${odd.shape}] for ${count} images; it should give a row for each.`
        : `The network gives ${tensors.length} tensors; there are ${caches.length} caches.`,
    );
  }
  return { samples, count, tensors: tensors.map(values) };
}

async function values(tensor: Tensor): Promise<Float32Array> {
  const read = tensor.data<'float32'>();
  // Awaited later; until then a failure must not count as unhandled.
  read.catch(() => {});
  try {
    return await read;
  } finally {
    tensor.dispose();
  }
}

async function* finish<S>(
  { samples, count, tensors }: Running<S>,
  places: Map<S, number>,
  { caches = [], keyOf }: ExtractionOptions<S>,
): AsyncGenerator<Extracted<S>, void, undefined> {
  const all = await Promise.all(tensors);
  const rowsOf = (row: number) =>
    all.map(each => {
      const size = each.length / count;
      // A copy: who keeps one row should not keep the batch.
      return each.slice(row * size, (row + 1) * size);
    });
  const found = samples.map((sample, row): Extracted<S> => {
    const index = places.get(sample);
    if (index === undefined)
      throw new RangeError(
        'A batch holds a sample that was not asked for, or that came before. Its samples should be those of `missing`.',
      );
    places.delete(sample);
    return { sample, index, rows: rowsOf(row), cached: false };
  });
  for (const [place, cache] of caches.entries())
    await cache.writeAll(found.map(({ sample, rows }) => [keyOf!(sample), rows[place]!]));
  yield* found;
}
