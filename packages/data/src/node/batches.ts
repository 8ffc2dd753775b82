import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Normalization } from '../normalization';
import { randomStream, shuffled } from '../random';
import type { Framing } from '../transforms/framing';
import type { TransformStep } from '../transforms/recipe';
import { type BatchTask, type MadeBatch, type Sample, SampleError } from './batch';
import { type DecodeOptions, withDefaults } from './decode-options';
import { rest, wake } from './resting';
import { ThreadError } from './threads';

/** The input requirements of a network's weights: how a photo is resized and cropped, and how its pixels are normalized. */
export type Preprocessing = Framing & Normalization;

export interface SquashedBatchOptions extends CommonOptions {
  /** `[height, width]` of the network's input. Photos are squashed to it. */
  readonly size: readonly [number, number];
  readonly normalization: Normalization;
  readonly preprocessing?: undefined;
}

export interface PreprocessedBatchOptions extends CommonOptions {
  /** Preprocessing of the weights, applied completely: resize, crop, interpolation, normalization. */
  readonly preprocessing: Preprocessing;
  readonly size?: undefined;
  readonly normalization?: undefined;
}

export type BatchOptions = SquashedBatchOptions | PreprocessedBatchOptions;

interface CommonOptions {
  /** How files are decoded: the background of transparent ones, the maximum number of pixels, whether drawings are read. */
  readonly decoding?: DecodeOptions;
  /** Number of images in a batch. Default 32. */
  readonly batchSize?: number;
  /**
   * Transforms that are applied to each picture, after its view. Default: none. If the first one is `resize`, `centerCrop`
   * or `randomResizedCrop`, it gets the photo at its own size; otherwise it gets the squashed or framed photo.
   */
  readonly transforms?: readonly TransformStep[];
  /** Whether the samples are shuffled, differently in each epoch. Default false. */
  readonly shuffle?: boolean;
  /** Whether an incomplete last batch is left out. Default false. */
  readonly dropLast?: boolean;
  /**
   * Whether an incomplete last batch is filled with copies of its last image. Use it for features that are cached, because
   * some kernels give different last bits at another batch size. `samples` and `labels` do not include the copies, so
   * ignore the additional rows. Default false.
   */
  readonly fillLast?: boolean;
  /** Seed of the order and of the transforms. Default 0. */
  readonly seed?: number;
  /** Index of the pass over the samples. Default 0. */
  readonly epoch?: number;
  /** Number of threads. Default: the number of processors. */
  readonly workers?: number;
  /** Number of finished batches that wait for the consumer, in addition to those in the threads. Default 2. */
  readonly prefetch?: number;
  /**
   * Whether the memory of a batch is reused when the next batch is requested. Then do not keep `images`. For small photos,
   * allocating new memory takes a considerable part of the time. Default false.
   */
  readonly recycle?: boolean;
  /**
   * Called for each sample that cannot be read, before its batch is yielded; its image is then zeros. Default: a sample that
   * cannot be read ends the loop with a SampleError.
   */
  readonly onUnread?: (error: SampleError) => void;
  /**
   * Whether the bytes of each photo are compared with its `sha256`; one that has changed cannot be read. Use it for what is kept under the
   * hashes of photos. Default false.
   */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
  /** Script of the threads (`@shroom/data/node/worker`), for programs that are bundled into one file. */
  readonly worker?: URL;
}

/** Input for a network, in the order of the samples. The arrays are yours, unless `recycle` is on. */
export interface Batch<S extends Sample = Sample> {
  /** Normalized images, `[N, H, W, 3]`. With `fillLast`, N is the batch size and may exceed the number of samples. */
  readonly images: Float32Array;
  readonly shape: [number, number, number, number];
  readonly labels: Int32Array;
  readonly samples: readonly S[];
}

/**
 * Decodes, transforms and normalizes photos in worker threads, a limited number of batches ahead of the consumer.
 *
 * The order of the batches and every number in them depend only on the samples and the options, not on the threads. Random
 * transforms of a photo depend on its hash, the seed and the epoch, not on its position in the list. At most `workers +
 * prefetch` batches exist in addition to the current one. So memory is limited to `(workers + prefetch + 1) * batchSize * H
 * * W * 12` bytes, plus two decoded photos for each worker. Leaving the loop ends the threads. After the last batch they
 * wait ten seconds for the next epoch, with the memory to be reused, but they do not keep the program running.
 *
 * @throws SampleError naming the first sample, in order, that could not be read, unless there is `onUnread`.
 * @throws The signal's reason when it aborts.
 * @example
 * ```ts
 * import { imagenetPreprocessing } from '@shroom/models';
 *
 * const { photos } = await openPhotos('photos');
 * const preprocessing = imagenetPreprocessing([224, 224]);
 * const transforms = [{ name: 'flipAndRotate' }] as const;
 * for await (const { images, shape, labels } of batches(photos, { preprocessing, transforms, shuffle: true, epoch: 3 }))
 *   console.log(images.length, shape, labels); // 4816896, [32, 224, 224, 3], Int32Array of 32
 * ```
 */
export async function* batches<S extends Sample>(
  samples: readonly S[],
  options: BatchOptions,
): AsyncGenerator<Batch<S>, void, undefined> {
  const { workers = availableParallelism(), prefetch = 2, recycle = false, signal } = options;
  const { batchSize = 32, fillLast = false } = options;
  requireWhole('workers', workers, 1);
  requireWhole('prefetch', prefetch, 0);
  withDefaults(options.decoding ?? {});
  signal?.throwIfAborted();
  const { size } = options.preprocessing ?? options;
  const plan = planOf(samples, options);
  const copies = copiesOf(samples);
  const script = options.worker ?? ownWorker();
  const crew = wake<BatchTask, MadeBatch>(script, workers);
  const { threads, spare } = crew;
  const abort = () => void threads.close(signal!.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const ahead: Promise<MadeBatch>[] = [];
  let given = 0;
  let whole = false;
  try {
    for (const indices of plan) {
      while (given < plan.length && ahead.length < workers + prefetch) {
        const room = spare.pop();
        const task = taskOf(samples, copies, plan[given++]!, options);
        const images = room ? threads.run({ ...task, room }, [room]) : threads.run(task);
        // This promise is awaited in its turn. Until then, a rejection must not count as unhandled.
        images.catch(() => {});
        ahead.push(images);
      }
      const made = await ahead.shift()!.catch(rethrow);
      signal?.throwIfAborted();
      const members = indices.map(index => samples[index]!);
      for (const { row, message } of made.unread) {
        const { id } = members[row]!;
        options.onUnread?.(new SampleError(id, `${id}: ${message}`));
      }
      const rows = fillLast ? batchSize : members.length;
      const images = filled(made.images, members.length, rows);
      yield {
        images,
        shape: [rows, ...size, 3],
        labels: Int32Array.from(members, ({ label }) => label),
        samples: members,
      };
      // Memory that the consumer has transferred to another thread cannot be reused.
      if (recycle && images.buffer.byteLength > 0) spare.push(images.buffer);
    }
    whole = true;
  } finally {
    signal?.removeEventListener('abort', abort);
    // After a complete epoch, another one is likely.
    if (whole && !signal?.aborted) await rest(crew, script, workers);
    else await threads.close();
  }
}

/**
 * The address of the thread's script. It is resolved by the name of this package, because the build decides where this file
 * is.
 */
const ownWorker = (): URL =>
  pathToFileURL(createRequire(import.meta.url).resolve('@shroom/data/node/worker'));

/** Indices of the samples of each batch. */
function planOf(samples: readonly Sample[], options: BatchOptions): number[][] {
  const { batchSize = 32, shuffle = false, dropLast = false, seed = 0, epoch = 0 } = options;
  requireWhole('batchSize', batchSize, 1);
  const every = samples.map((_, index) => index);
  const order = shuffle ? shuffled(every, randomStream('order', seed, epoch)) : every;
  const count = (dropLast ? Math.floor : Math.ceil)(order.length / batchSize);
  return Array.from({ length: count }, (_, batch) =>
    order.slice(batch * batchSize, (batch + 1) * batchSize),
  );
}

/** The images of a batch, filled with copies of the last image up to `rows` rows. */
function filled(images: Float32Array<ArrayBuffer>, count: number, rows: number) {
  if (rows === count) return images;
  const size = images.length / count;
  const all = new Float32Array(rows * size);
  all.set(images);
  for (let row = count; row < rows; row++)
    all.copyWithin(row * size, (count - 1) * size, count * size);
  return all;
}

const sizing: readonly string[] = ['resize', 'centerCrop', 'randomResizedCrop'];

/**
 * For each sample, the number of earlier samples of the same photo, so that a photo's transforms do not depend on other
 * photos.
 */
function copiesOf(samples: readonly Sample[]): number[] {
  const seen = new Map<string, number>();
  return samples.map(({ id, sha256 = id }) => {
    const before = seen.get(sha256) ?? 0;
    seen.set(sha256, before + 1);
    return before;
  });
}

function taskOf(
  samples: readonly Sample[],
  copies: readonly number[],
  indices: readonly number[],
  options: BatchOptions,
): BatchTask {
  const { transforms = [], seed = 0, epoch = 0, preprocessing, decoding } = options;
  const { size } = preprocessing ?? options;
  const normalization = preprocessing ?? options.normalization;
  return {
    // Only these fields are sent, because samples may have others that cannot be sent to a thread.
    samples: indices.map(index => {
      const { id, label, origin, sha256, view } = samples[index]!;
      return { id, label, origin, ...(sha256 && { sha256 }), ...(view && { view }) };
    }),
    copies: indices.map(index => copies[index]!),
    size,
    ...(preprocessing && { framing: preprocessing }),
    ...(decoding && { decoding }),
    ...(options.onUnread && { lenient: true }),
    ...(options.verify && { verify: true }),
    whole: transforms.length > 0 && sizing.includes(transforms[0]!.name),
    transforms,
    normalization,
    seed,
    epoch,
  };
}

function requireWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${name} should be a whole number, ${least} or more, not ${value}.`);
}

function rethrow(error: unknown): never {
  if (error instanceof ThreadError && error.sample !== undefined) {
    throw new SampleError(error.sample, error.message);
  }
  throw error;
}
