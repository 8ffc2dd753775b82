import type { Pixels } from '@shroom/pixels';
import { augment, randomView, type View } from '../augmentation';
import type { Normalization } from '../normalization';
import { normalizeView } from '../normalized-view';
import type { Origin } from '../origin';
import type { Framing } from '../transforms/framing';
import { streamOf, type TransformStep, transform } from '../transforms/recipe';
import type { DecodeOptions } from './decode-options';
import { isOfTheFile } from './examination';
import { readPixels } from './pixels';
import { PhotoStoreError } from './stores/store-error';

/** A picture to be prepared for a network, as plain data. */
export interface Sample {
  /** Name of the sample in errors. */
  readonly id: string;
  /** Hash of the bytes, which seeds the random transforms. Default: the id seeds them. */
  readonly sha256?: string;
  readonly label: number;
  readonly origin: Origin;
  /** Flips and rotation, applied after the photo was squashed to its size. */
  readonly view?: View;
}

/** One batch to be made by a thread. */
export interface BatchTask {
  readonly samples: readonly Sample[];
  /** For each sample, the number of earlier samples of the same photo in the list. */
  readonly copies: readonly number[];
  /** `[height, width]` of the images in the batch. */
  readonly size: readonly [number, number];
  /** How photos are resized and cropped to that size, if they are not squashed. */
  readonly framing?: Framing;
  readonly decoding?: DecodeOptions;
  /** Whether the transforms get photos at their own size. */
  readonly whole: boolean;
  readonly transforms: readonly TransformStep[];
  readonly normalization: Normalization;
  readonly seed: number;
  readonly epoch: number;
  /** Whether a sample that cannot be read is reported and gets a row of zeros. If not, it is an error. */
  readonly lenient?: boolean;
  /** Whether the bytes of a photo are compared with its hash. */
  readonly verify?: boolean;
  /** Memory for the result. It is used if it is large enough. */
  readonly room?: ArrayBuffer;
}

/** A batch that a thread has made. */
export interface MadeBatch {
  /** Normalized images, `[N, H, W, 3]`. */
  readonly images: Float32Array<ArrayBuffer>;
  /** Rows of samples that could not be read, which are zeros, with the reasons. */
  readonly unread: readonly { readonly row: number; readonly message: string }[];
}

/**
 * Thrown when a sample could not be read, or when the transforms gave it a different size from the batch.
 *
 * @example
 * ```ts
 * import { imagenetPreprocessing } from '@shroom/models';
 *
 * const { photos } = await openPhotos('photos');
 * try {
 *   for await (const batch of batches(photos, { preprocessing: imagenetPreprocessing([224, 224]) })) console.log(batch.shape);
 * } catch (error) {
 *   if (!(error instanceof SampleError)) throw error;
 *   console.error(`${error.sample} was deleted or changed since the set was opened.`);
 * }
 * ```
 */
export class SampleError extends Error {
  override readonly name = 'SampleError';
  /** Id of the sample. */
  readonly sample: string;

  constructor(sample: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.sample = sample;
  }
}

/** Makes a batch of normalized images. @throws SampleError naming the sample, unless the task is lenient. */
export async function makeBatch(task: BatchTask): Promise<MadeBatch> {
  const { samples, size, normalization } = task;
  const numbers = size[0] * size[1] * 3;
  const length = samples.length * numbers;
  const fits = task.room && task.room.byteLength >= 4 * length;
  const images = fits ? new Float32Array(task.room!, 0, length) : new Float32Array(length);
  // The next photo is decoded while this one is transformed. (Native code decodes it if it is not an ordinary JPEG.)
  let upcoming = load(task, 0, undefined);
  const unread: MadeBatch['unread'][number][] = [];
  for (let row = 0; row < samples.length; row++) {
    const current = upcoming;
    if (row + 1 < samples.length) upcoming = load(task, row + 1, current);
    // It is awaited in its turn. Until then, a rejection must not count as unhandled.
    upcoming.catch(() => {});
    const loaded = await current.catch((error: unknown) => {
      const isOfStore = error instanceof PhotoStoreError && !isOfTheFile(error);
      if (!task.lenient || isOfStore) fail(samples[row]!, error);
      unread.push({ row, message: messageOf(error) });
    });
    if (!loaded) {
      images.fill(0, row * numbers, (row + 1) * numbers);
      continue;
    }
    const [picture, view] = finish(loaded.pixels, task, row);
    if (picture.height !== size[0] || picture.width !== size[1]) {
      fail(
        samples[row]!,
        new RangeError(
          `the transforms returned ${picture.height} x ${picture.width} pixels, but the batch has ${size[0]} x ${size[1]}`,
        ),
      );
    }
    normalizeView(picture, view, normalization, images, row * numbers);
  }
  return { images, unread };
}

interface Loaded {
  readonly origin: Origin;
  readonly pixels: Pixels;
}

/** Decodes a photo once for all of its views, which follow each other in the list. */
async function load(
  { samples, size, framing, whole, decoding, verify = false }: BatchTask,
  row: number,
  previous: Promise<Loaded> | undefined,
): Promise<Loaded> {
  const { origin, sha256 } = samples[row]!;
  const reading = { ...decoding, ...(verify && sha256 !== undefined && { sha256 }) };
  if (previous && row > 0 && same(samples[row - 1]!.origin, origin)) return previous;
  if (whole) return { origin, pixels: await readPixels(origin, undefined, reading) };
  if (framing) return { origin, pixels: await readPixels(origin, framing, reading) };
  const room = nextRoom(3 * size[0] * size[1]);
  return { origin, pixels: await readPixels(origin, size, { ...reading, room }) };
}

/**
 * Two buffers for pixels, used in turn for the current and the next photo. New buffers would keep the garbage collector
 * busy.
 */
const rooms: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

function nextRoom(bytes: number): Uint8Array {
  rooms.reverse();
  if (rooms[0].length < bytes) rooms[0] = new Uint8Array(bytes);
  return rooms[0];
}

/**
 * Returns a picture and its remaining view. Flips and a rotation at the end are cheapest when they are applied during
 * normalization.
 */
function finish(pixels: Pixels, task: BatchTask, row: number): [Pixels, View | undefined] {
  const { view } = task.samples[row]!;
  const { seed, epoch, transforms } = task;
  if (transforms.length === 0) return [pixels, view];
  const seen = view ? augment(pixels, view) : pixels;
  const { id, sha256 = id } = task.samples[row]!;
  const occasion = { seed, epoch, photo: sha256, copy: task.copies[row]! };
  const last = transforms.at(-1)!;
  if (last.name !== 'flipAndRotate') return [transform(seen, transforms, occasion), undefined];
  const before = transform(seen, transforms.slice(0, -1), occasion);
  return [before, randomView(streamOf(last, occasion))];
}

const same = (a: Origin, b: Origin): boolean =>
  a.kind === b.kind && JSON.stringify(a) === JSON.stringify(b);

function fail({ id }: Sample, error: unknown): never {
  throw new SampleError(id, `${id}: ${messageOf(error)}`, { cause: error });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
