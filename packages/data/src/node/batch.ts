import type { Pixels } from '@shroom/pixels';
import { augment, randomView, type View } from '../augmentation';
import type { Normalization } from '../normalization';
import { normalizeView } from '../normalized-view';
import type { Origin } from '../origin';
import type { Framing } from '../transforms/framing';
import { streamOf, type TransformStep, transform } from '../transforms/recipe';
import type { DecodeOptions } from './decode-options';
import { readPixels } from './pixels';

/** A picture as it should enter a network, as plain data. */
export interface Sample {
  /** Names it in errors. */
  readonly id: string;
  /** Of its bytes, which decides what random transforms do to it. Default: the id decides. */
  readonly sha256?: string;
  readonly label: number;
  readonly origin: Origin;
  /** Flips and rotation after the photo was squashed to its size. */
  readonly view?: View;
}

/** One batch for a thread to make. */
export interface BatchTask {
  readonly samples: readonly Sample[];
  /** How many samples of the same photo are before each in the list. */
  readonly copies: readonly number[];
  /** `[height, width]` of the result. */
  readonly size: readonly [number, number];
  /** How photos get that size, where they are not squashed. */
  readonly framing?: Framing;
  readonly decoding?: DecodeOptions;
  /** Whether photos reach the transforms at their own size. */
  readonly whole: boolean;
  readonly transforms: readonly TransformStep[];
  readonly normalization: Normalization;
  readonly seed: number;
  readonly epoch: number;
  /** Memory for the result, if it is large enough. */
  readonly room?: ArrayBuffer;
}

/**
 * A sample could not be read, or the transforms gave it another size than the batch has.
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
  /** The sample's id. */
  readonly sample: string;

  constructor(sample: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.sample = sample;
  }
}

/** `[N, H, W, 3]`, normalized. @throws SampleError that names the sample. */
export async function makeBatch(task: BatchTask): Promise<Float32Array<ArrayBuffer>> {
  const { samples, size, normalization } = task;
  const numbers = size[0] * size[1] * 3;
  const length = samples.length * numbers;
  const fits = task.room && task.room.byteLength >= 4 * length;
  const images = fits ? new Float32Array(task.room!, 0, length) : new Float32Array(length);
  // The next photo is decoded, by native code where it is no ordinary JPEG, while this one is transformed.
  let upcoming = load(task, 0, undefined);
  for (let row = 0; row < samples.length; row++) {
    const current = upcoming;
    if (row + 1 < samples.length) upcoming = load(task, row + 1, current);
    const { pixels } = await current.catch(error => fail(samples[row]!, error));
    const [picture, view] = finish(pixels, task, row);
    if (picture.height !== size[0] || picture.width !== size[1]) {
      fail(
        samples[row]!,
        new RangeError(
          `the transforms made it ${picture.height} x ${picture.width}, a batch of ${size[0]} x ${size[1]} was asked for`,
        ),
      );
    }
    normalizeView(picture, view, normalization, images, row * numbers);
  }
  return images;
}

interface Loaded {
  readonly origin: Origin;
  readonly pixels: Pixels;
}

/** Views of one photo follow each other: it is decoded once for all of them. */
async function load(
  { samples, size, framing, whole, decoding }: BatchTask,
  row: number,
  previous: Promise<Loaded> | undefined,
): Promise<Loaded> {
  const { origin } = samples[row]!;
  if (previous && row > 0 && same(samples[row - 1]!.origin, origin)) return previous;
  if (whole) return { origin, pixels: await readPixels(origin, undefined, decoding) };
  if (framing) return { origin, pixels: await readPixels(origin, framing, decoding) };
  const room = nextRoom(3 * size[0] * size[1]);
  return { origin, pixels: await readPixels(origin, size, { ...decoding, room }) };
}

/** Where pixels are before they are numbers, in turn: the last photo's, and the next one's. Else the collector would be busy. */
const rooms: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

function nextRoom(bytes: number): Uint8Array {
  rooms.reverse();
  if (rooms[0].length < bytes) rooms[0] = new Uint8Array(bytes);
  return rooms[0];
}

/** A picture, and the view of it that is yet to be taken: flips and a rotation at the end cost least when numbers are written. */
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
  const message = error instanceof Error ? error.message : String(error);
  throw new SampleError(id, `${id}: ${message}`, { cause: error });
}
