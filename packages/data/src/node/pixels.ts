import { createHash } from 'node:crypto';
import type { Pixels } from '@shroom/pixels';
import type { Generate, GeneratedOrigin, Origin } from '../origin';
import { type Framing, frame } from '../transforms/framing';
import { readBytes } from './bytes';
import { decode, decodeWhole } from './decode';
import { DecodeError } from './decode-error';
import type { DecodeOptions } from './decode-options';

/**
 * Reads the pixels of a photo from any origin.
 *
 * @param how `[height, width]` to squash the photo to, or a framing; `undefined` for the photo's own size.
 * @param options Also `room`: memory for the pixels, used if they fit; `sha256`: hash that the bytes of a stored photo should have.
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
  options: ReadingOptions = {},
): Promise<Pixels> {
  if (origin.kind === 'generated') {
    if (how === undefined || !('size' in how)) return generated(origin, how);
    return how.resize === 'squash' && how.cropFraction === 1
      ? generated(origin, how.size)
      : frame(await generated(origin), how);
  }
  const { sha256, ...decoding } = options;
  const isPath = origin.kind === 'file' && sha256 === undefined;
  const file = isPath ? origin.path : await readBytes(origin);
  if (sha256 !== undefined) requireHash(file as Uint8Array, sha256);
  return how ? decode(file, how, decoding) : decodeWhole(file, decoding);
}

interface ReadingOptions extends DecodeOptions {
  readonly room?: Uint8Array;
  readonly sha256?: string;
}

function requireHash(bytes: Uint8Array, sha256: string): void {
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new DecodeError(
    'the photo has changed since the set was opened or indexed: its hash is another. Open the set again, or make the index again',
  );
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
