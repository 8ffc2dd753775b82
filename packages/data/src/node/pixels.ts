import type { Pixels } from '@shroom/pixels';
import type { Generate, GeneratedOrigin, Origin } from '../origin';
import { type Framing, frame } from '../transforms/framing';
import { readBytes } from './bytes';
import { decode, decodeWhole } from './decode';
import type { DecodeOptions } from './decode-options';

/**
 * Reads the pixels of a photo from any origin.
 *
 * @param how `[height, width]` to squash the photo to, or a framing; `undefined` for the photo's own size.
 * @param options Also `room`: memory for the pixels, used if they fit.
 * @throws DecodeError, ArchiveError or the file system's error. None of them names the photo.
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos.zip');
 * const { data } = await readPixels(photos[0]!.origin, [224, 224]); // [224, 224, 3]
 * ```
 */
export async function readPixels(
  origin: Origin,
  how: readonly [number, number] | Framing | undefined,
  options: DecodeOptions & { readonly room?: Uint8Array } = {},
): Promise<Pixels> {
  if (origin.kind === 'generated') {
    if (how === undefined || !('size' in how)) return generated(origin, how);
    return how.resize === 'squash' && how.cropFraction === 1
      ? generated(origin, how.size)
      : frame(await generated(origin), how);
  }
  const file = origin.kind === 'file' ? origin.path : await readBytes(origin);
  return how ? decode(file, how, options) : decodeWhole(file, options);
}

async function generated(
  { module, args }: GeneratedOrigin,
  size?: readonly [number, number],
): Promise<Pixels> {
  const { generate } = (await import(module)) as { generate?: Generate<unknown> };
  if (typeof generate !== 'function')
    throw new TypeError(`${module} should export a function 'generate(args, size)', but does not.`);
  return generate(args, size);
}
