import { PictureError } from '@shroom/data';
import { imageSize } from 'image-size';

/** Largest size of a photo. Larger ones would need more memory than a phone gives to a page. */
const most = { bytes: 80e6, pixels: 100e6 } as const;

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Reads the size of a picture from the file's header, before decoding. Undefined if the header gives no size.
 *
 * @throws PictureError for an empty or too large file. The message says what to do.
 */
export async function checkPhoto(file: Blob): Promise<Size | undefined> {
  if (file.size === 0) throw new PictureError('This file is empty.');
  if (file.size > most.bytes)
    throw new PictureError(
      `This file has ${megabytes(file.size)} MB. Up to ${megabytes(most.bytes)} MB can be looked at here: save it smaller.`,
    );
  const claimed = await claimedSize(file);
  if (claimed && claimed.width * claimed.height > most.pixels)
    throw new PictureError(
      `This picture has ${claimed.width} x ${claimed.height} pixels. Up to ${most.pixels / 1e6} million can be looked at here: save it smaller.`,
    );
  return claimed;
}

/** Explains why a file cannot be read, and what to do. @param claims Whether the file's header gives the size of a picture. */
export function unreadable(cause: unknown, claims: boolean): PictureError {
  const unread = cause instanceof PictureError ? cause.unread : undefined;
  if (unread)
    return new PictureError(
      `This is ${unread}, which this browser does not read. Save it as JPEG or PNG.`,
    );
  return new PictureError(
    claims
      ? 'This picture is damaged, or of a kind that this browser does not read. Save it as JPEG or PNG.'
      : 'This is no picture that a browser can read. JPEG, PNG, WebP, AVIF and GIF are.',
  );
}

/** The size in which the browser shows a picture, turned upright by its EXIF orientation. */
export async function shownSize(file: Blob): Promise<Size> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { height, width } = bitmap;
  bitmap.close();
  return { height, width };
}

async function claimedSize(file: Blob): Promise<Size | undefined> {
  // A JPEG with a large preview has its own size after the preview.
  const start = new Uint8Array(await file.slice(0, 1 << 20).arrayBuffer());
  try {
    return imageSize(start);
  } catch {
    return undefined;
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
