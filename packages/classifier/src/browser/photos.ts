import { type BrowserPicture, PictureError, type Pixels, readPicture } from '@shroom/data';
import { PhotoError } from '../errors';
import type { NamedPhoto, Picture } from '../photos/picture';
import { pictureOf } from '../photos/pixels';
import { sha256Of } from './sha256';

/** A photo: a `File` or `Blob`, the bytes of a file, pixels, or a picture on the page, such as a canvas, an image or an `ImageBitmap`. */
export type PhotoInput = Exclude<BrowserPicture, string | URL> | Uint8Array | ArrayBuffer | Pixels;

/** One photo, or a list or a stream of photos, such as the `files` of a form. */
export type PhotoInputs = PhotoInput | Iterable<PhotoInput> | AsyncIterable<PhotoInput>;

/** Yields photos one after the other. @throws TypeError when `photos` has another type. */
export async function* readablePhotos(
  photos: PhotoInputs,
): AsyncGenerator<NamedPhoto, void, undefined> {
  let place = 0;
  for await (const photo of listed(photos)) yield named(photo, ++place);
}

/** Gives a photo a name for messages. @param place Position in the list, from 1. */
export function named(photo: PhotoInput, place: number): NamedPhoto {
  const isFile = typeof File !== 'undefined' && photo instanceof File;
  const name = isFile && photo.name ? photo.name : `photo ${place}`;
  return { name, read: () => naming(name, async () => read(photo, name)) };
}

function listed(photos: PhotoInputs): Iterable<PhotoInput> | AsyncIterable<PhotoInput> {
  if (typeof photos !== 'object' || photos === null)
    throw new TypeError(
      `Photos should be Files, bytes, pixels, pictures of the page, or a list or a stream of these, not ${photos === null ? 'null' : typeof photos}.`,
    );
  if (photos instanceof Uint8Array) return [photos];
  if (Symbol.iterator in photos || Symbol.asyncIterator in photos) return photos;
  return [photos];
}

function read(photo: PhotoInput, name: string): Picture {
  const isRgb =
    !(typeof ImageData !== 'undefined' && photo instanceof ImageData) &&
    typeof photo === 'object' &&
    'data' in photo;
  if (isRgb) return picture(name, pictureOf(photo as Pixels, sha256Of));
  const isBytes = photo instanceof Uint8Array || photo instanceof ArrayBuffer;
  const source = isBytes ? new Blob([photo as Uint8Array<ArrayBuffer>]) : (photo as BrowserPicture);
  return picture(name, {
    resized: size => readPicture(source, size),
    whole: () => readPicture(source),
    sha256: async () =>
      sha256Of(
        source instanceof Blob
          ? new Uint8Array(await source.arrayBuffer())
          : ((await readPicture(source)).data as Uint8Array),
      ),
  });
}

const picture = (name: string, of: Picture): Picture => ({
  resized: size => naming(name, () => of.resized(size)),
  whole: () => naming(name, () => of.whole()),
  sha256: () => naming(name, () => of.sha256()),
});

/** Adds the name of the photo to errors. @throws PhotoError when `work` throws. */
async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PictureError || cause instanceof RangeError)
      throw new PhotoError(name, cause.message, { cause });
    throw cause;
  }
}
