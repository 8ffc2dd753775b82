import { dispose, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireKind } from '../options/requirements';

/** One batch of input for a network, from any source; `batches` of `@shroom/data` yields such batches. */
export interface ImageBatch<S> {
  readonly images: Float32Array;
  /**
   * Shape of the batch, `[N, ...]`. N may exceed the number of samples: additional rows at the end only fill the batch and
   * are ignored.
   */
  readonly shape: readonly number[];
  /** The samples, in the order of the rows. */
  readonly samples: readonly S[];
}

/** Stores rows of features between runs; for example a `FeatureCache` of `@shroom/train/node`. */
export interface RowCache {
  read(key: string): Promise<Float32Array | undefined>;
  writeAll(entries: readonly (readonly [key: string, row: Float32Array])[]): Promise<void>;
}

export interface ExtractionOptions<S> {
  /** Yields batches of the samples that are missing from the caches, in any order. */
  readonly batches: (missing: readonly S[]) => AsyncIterable<ImageBatch<S>>;
  /**
   * Maps `[N, ...]` images to one tensor with N rows, or to several such tensors. Its intermediate tensors are disposed.
   */
  readonly network: (images: Tensor) => Tensor | readonly Tensor[];
  /**
   * One cache for each output tensor of the network. The key with which a cache is opened has to contain everything except
   * the sample that its rows depend on: the engine and its version, the weights, the preprocessing and the precision.
   * Default: no cache; all rows are computed.
   */
  readonly caches?: readonly RowCache[];
  /** The key of a sample in the caches, for example its hash and its view. Required if there are caches. */
  readonly keyOf?: (sample: S) => string;
  /** Stops the extraction. Checked before each batch. Pass the same signal to the function that makes the batches. */
  readonly signal?: AbortSignal;
}

const extractionOptions: NamesOf<ExtractionOptions<unknown>> = {
  ...{ batches: true, network: true, caches: true, keyOf: true, signal: true },
};

/** The network's output for one sample. */
export interface Extracted<S> {
  readonly sample: S;
  /** Index of the sample in `samples`. */
  readonly index: number;
  /** One flat row for each output tensor of the network. */
  readonly rows: readonly Float32Array[];
  /** Whether the rows came from the caches. */
  readonly cached: boolean;
}

/**
 * Runs samples through a frozen network. Yields the samples in the caches first, then the others as they are computed. A
 * computed row is written to the caches before it is yielded. Leaving the loop stops the work.
 *
 * Three batches are in progress at the same time: one is prepared, one is computed, and one is written. All tensors are
 * disposed, also when the loop is left early or fails.
 *
 * @param samples Distinct objects, because a batch refers to its samples by object identity.
 * @throws RangeError for an invalid option; when an output tensor does not have one row for each image; when the number of
 *   output tensors differs from the number of caches; when a batch holds a sample that was not requested; and when a sample
 *   is in no batch.
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
    throw new RangeError('A sample occurs twice. Give a separate object for each sample.');
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
    // Disposes the tensors of both batches after reading them, even if the caller has left the loop.
    await Promise.allSettled([before, running].flatMap(each => each?.tensors ?? []));
  }
  if (places.size > 0)
    throw new RangeError(`${places.size} of ${missing.length} samples were in no batch.`);
}

function checkOptions<S>(options: ExtractionOptions<S>): void {
  const { batches, network, caches = [], keyOf } = options;
  requireKnown('', options, extractionOptions);
  requireKind('batches', batches ?? null, 'a function');
  requireKind('network', network ?? null, 'a function');
  requireKind('caches', caches, 'a list');
  requireKind('keyOf', keyOf, 'a function');
  if (caches.length > 0 !== (keyOf !== undefined))
    throw new RangeError('caches and keyOf belong together. Give both or neither.');
}

/** Reads complete rows, so that damaged rows are found and computed again. */
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

/** A batch whose computation is running. */
interface Running<S> {
  readonly samples: readonly S[];
  /** Number of rows in the batch, including the rows that only fill it. */
  readonly count: number;
  readonly tensors: readonly Promise<Float32Array>[];
}

/**
 * Starts the computation of a batch. The batch is computed while the previous one is written and the next one is prepared; the promises in
 * `tensors` give its results.
 */
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
        ? `The network gives a tensor [${odd.shape}] for ${count} images; it should have one row for each image.`
        : `The network gives ${tensors.length} tensors, but there are ${caches.length} caches. Give one cache for each tensor.`,
    );
  }
  return { samples, count, tensors: tensors.map(values) };
}

async function values(tensor: Tensor): Promise<Float32Array> {
  const read = tensor.data<'float32'>();
  // These promises are awaited later. Until then, a rejection must not count as unhandled.
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
      // A copy, so that keeping one row does not keep the memory of the whole batch.
      return each.slice(row * size, (row + 1) * size);
    });
  const found = samples.map((sample, row): Extracted<S> => {
    const index = places.get(sample);
    if (index === undefined)
      throw new RangeError(
        'A batch holds a sample that was not requested or was in an earlier batch. Use only the samples of `missing`, each once.',
      );
    places.delete(sample);
    return { sample, index, rows: rowsOf(row), cached: false };
  });
  for (const [place, cache] of caches.entries())
    await cache.writeAll(found.map(({ sample, rows }) => [keyOf!(sample), rows[place]!]));
  yield* found;
}
