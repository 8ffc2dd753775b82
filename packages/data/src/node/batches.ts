import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Normalization } from '../normalization';
import { randomStream, shuffled } from '../random';
import type { Framing } from '../transforms/framing';
import type { TransformStep } from '../transforms/recipe';
import { type BatchTask, type Sample, SampleError } from './batch';
import { type DecodeOptions, withDefaults } from './decode-options';
import { rest, wake } from './resting';
import { ThreadError } from './threads';

/** All that weights say of their input: how a photo is framed, and what numbers it becomes. */
export type Preprocessing = Framing & Normalization;

export interface SquashedBatchOptions extends CommonOptions {
  /** `[height, width]` of the network's input; photos are squashed to it. */
  readonly size: readonly [number, number];
  readonly normalization: Normalization;
  readonly preprocessing?: undefined;
}

export interface PreprocessedBatchOptions extends CommonOptions {
  /** Of the weights, applied whole: resize, crop, interpolation, normalization. */
  readonly preprocessing: Preprocessing;
  readonly size?: undefined;
  readonly normalization?: undefined;
}

export type BatchOptions = SquashedBatchOptions | PreprocessedBatchOptions;

interface CommonOptions {
  /** How files become pixels: the background of transparent ones, the most pixels, drawings. */
  readonly decoding?: DecodeOptions;
  /** Default 32. */
  readonly batchSize?: number;
  /**
   * Applied to each picture, after its view. Default none. Where the first is `resize`, `centerCrop` or `randomResizedCrop`, it
   * gets the photo at its own size; else the photo that was squashed or framed.
   */
  readonly transforms?: readonly TransformStep[];
  /** Whether samples come in a random order, another one each epoch. Default false. */
  readonly shuffle?: boolean;
  /** Whether a last batch of fewer samples is left out. Default false. */
  readonly dropLast?: boolean;
  /**
   * Whether a last batch of fewer samples is filled up with copies of its last image. Some kernels give other last bits at
   * another batch size, so that features which are kept want it. `samples` and `labels` are without the copies: drop the rows
   * after them. Default false.
   */
  readonly fillLast?: boolean;
  /** Of the order and the transforms. Default 0. */
  readonly seed?: number;
  /** Which pass over the samples this is. Default 0. */
  readonly epoch?: number;
  /** Threads. Default the number of processors. */
  readonly workers?: number;
  /** Finished batches that wait for the consumer, beyond those in the threads. Default 2. */
  readonly prefetch?: number;
  /**
   * Whether the memory of a batch is used again once the next one is asked for: then `images` must not be kept. Fresh
   * memory costs a good part of the time of a small photo. Default false.
   */
  readonly recycle?: boolean;
  readonly signal?: AbortSignal;
  /** The threads' script, for programs that are bundled into one file: `@shroom/data/node/worker`. */
  readonly worker?: URL;
}

/** Input of a network, in the order of the samples. Nobody else holds its arrays, unless they are recycled. */
export interface Batch<S extends Sample = Sample> {
  /** `[N, H, W, 3]`, normalized. With `fillLast` N is the batch size, and may be more than the samples. */
  readonly images: Float32Array;
  readonly shape: [number, number, number, number];
  readonly labels: Int32Array;
  readonly samples: readonly S[];
}

/**
 * Decodes, transforms and normalizes in worker threads, ahead of the consumer by a bounded number of batches.
 *
 * Which batch comes when, and every number in it, depends on the samples and the options alone, not on the threads. What random
 * transforms do to a photo follows from its hash, the seed and the epoch, not from its place in the list. At
 * most `workers + prefetch` batches exist besides the one handed out, so that memory is bounded by
 * `(workers + prefetch + 1) * batchSize * H * W * 12` bytes, and for each worker two photos as they are decoded.
 * Leaving the loop ends the threads; after its end they wait ten seconds for the next epoch, with the memory that is to be
 * recycled, and do not keep the program from ending.
 *
 * @throws SampleError naming the first sample, in order, that could not be read; the signal's reason when it aborts.
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
  const crew = wake<BatchTask, Float32Array<ArrayBuffer>>(script, workers);
  const { threads, spare } = crew;
  const abort = () => void threads.close(signal!.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const ahead: Promise<Float32Array<ArrayBuffer>>[] = [];
  let given = 0;
  let whole = false;
  try {
    for (const indices of plan) {
      while (given < plan.length && ahead.length < workers + prefetch) {
        const room = spare.pop();
        const task = taskOf(samples, copies, plan[given++]!, options);
        const images = room ? threads.run({ ...task, room }, [room]) : threads.run(task);
        // Awaited when its turn comes; until then a failure must not count as unhandled.
        images.catch(() => {});
        ahead.push(images);
      }
      const made = await ahead.shift()!.catch(rethrow);
      signal?.throwIfAborted();
      const members = indices.map(index => samples[index]!);
      const rows = fillLast ? batchSize : members.length;
      const images = filled(made, members.length, rows);
      yield {
        images,
        shape: [rows, ...size, 3],
        labels: Int32Array.from(members, ({ label }) => label),
        samples: members,
      };
      // What the consumer handed to another thread is gone.
      if (recycle && images.buffer.byteLength > 0) spare.push(images.buffer);
    }
    whole = true;
  } finally {
    signal?.removeEventListener('abort', abort);
    // After a whole epoch the next one is likely.
    if (whole && !signal?.aborted) await rest(crew, script, workers);
    else await threads.close();
  }
}

/** The script beside this one, wherever the build put this one: found by this package's own name. */
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

/** Images of a batch, and copies of the last one up to so many rows. */
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

/** Of each sample, how many of the same photo are before it: what a photo gets does not depend on the other photos. */
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
    // Samples may carry more than can be sent to a thread.
    samples: indices.map(index => {
      const { id, label, origin, sha256, view } = samples[index]!;
      return { id, label, origin, ...(sha256 && { sha256 }), ...(view && { view }) };
    }),
    copies: indices.map(index => copies[index]!),
    size,
    ...(preprocessing && { framing: preprocessing }),
    ...(decoding && { decoding }),
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
