import { base64 } from './base64';
import type { PicturePixels } from './picture';
import { encodePng } from './png';

/** A photograph as its file, which is often far smaller than its pixels as a PNG. */
export interface PhotoFile {
  /** Bytes of a JPEG, PNG, WebP, GIF or AVIF file. */
  readonly file: Uint8Array;
  /** Height in pixels after the EXIF orientation is applied, as browsers show it. */
  readonly height: number;
  readonly width: number;
}

/** Returns the picture as a `data:` address, which loads nothing. */
export async function dataAddress(photo: PicturePixels | PhotoFile): Promise<string> {
  if (!('file' in photo)) return `data:image/png;base64,${base64(await encodePng(photo))}`;
  const beginning = String.fromCharCode(...photo.file.subarray(0, 12));
  const format = formats.find(({ marks }) => marks.test(beginning));
  if (!format) {
    throw new TypeError(
      `The photograph's file should be a JPEG, PNG, WebP, GIF or AVIF; it begins with ${JSON.stringify(beginning.slice(0, 4))}. ` +
        'Its pixels { data, height, width } can be given instead.',
    );
  }
  return `data:${format.type};base64,${base64(photo.file)}`;
}

const formats = [
  { type: 'image/jpeg', marks: /^\xff\xd8\xff/ },
  { type: 'image/png', marks: /^\x89PNG/ },
  { type: 'image/webp', marks: /^RIFF.{4}WEBP/s },
  { type: 'image/gif', marks: /^GIF8/ },
  { type: 'image/avif', marks: /^.{4}ftypavi[fs]/s },
] as const;
