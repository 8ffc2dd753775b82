import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Pixels } from '@shroom/data';
import { type DecodeOptions, decode, decodeWhole, isOfTheFile, readBytes } from '@shroom/data/node';
import { PhotoError } from '../errors';
import { eachPhoto, type NamedInput, type PhotoInputs } from './inputs';
import type { NamedPhoto, Picture } from './picture';
import { pictureOf } from './pixels';

type Limits = Pick<DecodeOptions, 'mostPixels'>;

/** A photo that can be read, and the caller's original input for it. */
export interface ReadablePhoto extends NamedPhoto {
  readonly input: NamedInput['input'];
}

/**
 * Yields photos one after the other, from any kind of input that Node supports.
 *
 * @param limits Limits of the decoder.
 */
export async function* readablePhotos(
  photos: PhotoInputs,
  limits: Limits = {},
): AsyncGenerator<ReadablePhoto, void, undefined> {
  for await (const { name, input } of eachPhoto(photos))
    yield { name, input, read: () => naming(name, () => read(input, name, limits)) };
}

async function read(input: NamedInput['input'], name: string, limits: Limits): Promise<Picture> {
  const photo = await bytesOf(input);
  if (!(photo instanceof Uint8Array)) return named(name, pictureOf(photo, hashOf));
  return named(name, {
    resized: size => decode(photo, size, limits),
    whole: () => decodeWhole(photo, limits),
    sha256: async () => hashOf(photo),
  });
}

/** The bytes of a photo, or the pixels that were given. */
export async function bytesOf(input: NamedInput['input']): Promise<Uint8Array | Pixels> {
  if (typeof input === 'string') return readFile(input);
  return 'kind' in input ? readBytes(input) : input;
}

const named = (name: string, picture: Picture): Picture => ({
  resized: size => naming(name, () => picture.resized(size)),
  whole: () => naming(name, () => picture.whole()),
  sha256: () => naming(name, () => picture.sha256()),
});

/** Adds the name of the photo to errors. @throws PhotoError when `work` throws. */
async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new PhotoError(name, 'there is no such photo or folder.', { cause });
    if (isOfTheFile(cause) || cause instanceof RangeError)
      throw new PhotoError(name, message, { cause });
    throw cause;
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
