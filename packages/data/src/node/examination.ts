import { createHash } from 'node:crypto';
import type { Sketch } from '../copies/sketch';
import type { StoredOrigin } from '../origin';
import { ArchiveError } from './archive-error';
import { readBytes } from './bytes';
import { look, readDimensions } from './decode';
import { DecodeError } from './decode-error';
import type { DecodeOptions } from './decode-options';
import { PhotoStoreError } from './stores/store-error';

/** All that opening and inspecting a set finds out about one file, or why the file cannot be used. */
export type ExaminedPhoto =
  | {
      readonly sha256: string;
      /** Width and height of the upright picture, in pixels. */
      readonly width: number;
      readonly height: number;
      /** File format, such as `jpeg`. */
      readonly format: string;
      /** Size of the file. */
      readonly bytes: number;
      /** What `decode` will convert. */
      readonly converted: readonly string[];
      /** For finding near copies. Absent if the picture is too small for that. */
      readonly sketch?: Sketch;
      readonly problem?: undefined;
    }
  | { readonly problem: string };

/**
 * Reads and decodes one photo, and returns all that `openPhotos` and `inspect` need to know about it: plain data, which another machine can
 * compute.
 *
 * @example
 * ```ts
 * const { candidates } = (await listPhotos('photos')).listed;
 * const found = await examinePhoto(candidates[0]!.origin);
 * console.log(found.problem ?? `${found.width} x ${found.height} pixels`);
 * ```
 */
export async function examinePhoto(
  origin: StoredOrigin,
  decoding: DecodeOptions = {},
): Promise<ExaminedPhoto> {
  try {
    const bytes = await readBytes(origin);
    const { converted, sketch } = await look(bytes, decoding);
    const { width, height, format } = await readDimensions(bytes, decoding);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const facts = { sha256, width, height, format, bytes: bytes.length, converted };
    return { ...facts, ...(sketch && { sketch }) };
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    return { problem: (error as Error).message };
  }
}

/**
 * Whether an error of `readBytes` or `decode` is about the photo, rather than a mistake of the program or a server that cannot be reached:
 * then other photos can still be read.
 *
 * @example
 * ```ts
 * for await (const { name, origin } of findPhotos('photos'))
 *   await readBytes(origin).catch(error => {
 *     if (!isOfTheFile(error)) throw error;
 *     console.warn(`${name} is left out: ${error.message}`);
 *   });
 * ```
 */
export const isOfTheFile = (error: unknown): boolean =>
  error instanceof DecodeError ||
  error instanceof ArchiveError ||
  (error instanceof PhotoStoreError && error.fault === 'missing') ||
  (error as NodeJS.ErrnoException).code !== undefined;
