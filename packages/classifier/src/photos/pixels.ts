import { type Pixels, resize } from '@shroom/data';
import type { Picture } from './picture';

/**
 * Wraps pixels that the caller gave as a photo.
 *
 * @param hashOf Computes the SHA-256 of bytes in hexadecimal.
 * @throws RangeError for objects without pixels, and for pixels that are not RGB, such as the four channels of a canvas.
 */
export function pictureOf(
  photo: Pixels,
  hashOf: (bytes: Uint8Array) => string | Promise<string>,
): Picture {
  const { data, height, width } = (photo ?? {}) as Partial<Pixels>;
  if (height === undefined || width === undefined)
    throw new RangeError('it should be a path, bytes, a Blob or pixels.');
  if (data?.length !== height * width * 3)
    throw new RangeError(
      `${height} x ${width} pixels in RGB are ${height * width * 3} numbers, not ${data?.length}.`,
    );
  return {
    resized: async size => resize(photo, size),
    whole: async () => photo,
    sha256: async () => hashOf(data as Uint8Array),
  };
}
