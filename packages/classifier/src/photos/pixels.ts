import { type Pixels, resize } from '@shroom/data';
import type { Picture } from './picture';

/**
 * Pixels that somebody gave as a photo.
 *
 * @param hashOf In hexadecimal, of bytes.
 * @throws RangeError for what has no pixels, or four channels, such as those of a canvas: they would be read as other pixels.
 */
export function pictureOf(
  photo: Pixels,
  hashOf: (bytes: Uint8Array) => string | Promise<string>,
): Picture {
  const { data, height, width } = (photo ?? {}) as Partial<Pixels>;
  if (height === undefined || width === undefined)
    throw new RangeError('it is no path, no bytes, no Blob and no pixels.');
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
