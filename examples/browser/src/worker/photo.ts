import {
  type BrowserPixels,
  frame,
  PictureError,
  type Pixels,
  readPicture,
  resizedSize,
} from '@shroom/data';
import type { ViewStep } from '@shroom/gradcam/pictures';
import { imageSize } from 'image-size';
import type { Preprocessing } from '../model-manifest';

/** Larger ones would take more memory than a phone gives a page. */
const most = { bytes: 80e6, pixels: 100e6 } as const;

/**
 * The pixels of a file in its own size, upright by its EXIF orientation.
 *
 * @throws PictureError saying what to do about it, for what is no picture or too large a one.
 */
export async function readPhoto(file: Blob): Promise<BrowserPixels> {
  if (file.size === 0) throw new PictureError('This file is empty.');
  if (file.size > most.bytes)
    throw new PictureError(
      `This file has ${megabytes(file.size)} MB. Up to ${megabytes(most.bytes)} MB can be looked at here: save it smaller.`,
    );
  const claimed = await sizeOf(file);
  if (claimed && claimed.width * claimed.height > most.pixels)
    throw new PictureError(
      `This picture has ${claimed.width} x ${claimed.height} pixels. Up to ${most.pixels / 1e6} million can be looked at here: save it smaller.`,
    );
  try {
    return await readPicture(file);
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    if (error.unread)
      throw new PictureError(
        `This is ${error.unread}, which this browser does not read. Save it as JPEG or PNG.`,
      );
    throw new PictureError(
      claimed
        ? 'This picture is damaged, or of a kind that this browser does not read. Save it as JPEG or PNG.'
        : 'This is no picture that a browser can read. JPEG, PNG, WebP, AVIF and GIF are.',
    );
  }
}

/** The size that a file claims, before anything of it is decoded. */
async function sizeOf(file: Blob): Promise<{ width: number; height: number } | undefined> {
  // Where a JPEG has a large preview, its own size stands after it.
  const start = new Uint8Array(await file.slice(0, 1 << 20).arrayBuffer());
  try {
    return imageSize(start);
  } catch {
    return undefined;
  }
}

/** How a photo becomes what the model sees. */
interface View {
  /** Of the model's input size. */
  readonly pixels: Pixels;
  /** The same steps for a photo of the same proportions and another size, to lay a map on it. */
  steps(size: readonly [number, number]): ViewStep[];
}

export function viewOf(photo: Pixels, how: Preprocessing): View {
  const { size } = how;
  const framing = { interpolation: 'bilinear', ...how } as const;
  const [height, width] = resizedSize(photo, framing);
  const pixels = frame(photo, framing);
  if (height === size[0] && width === size[1]) return { pixels, steps: () => [{ resize: size }] };
  const top = Math.round((height - size[0]) / 2);
  const left = Math.round((width - size[1]) / 2);
  return {
    pixels,
    steps: () => [
      { resize: [height, width] },
      { crop: { top, left, height: size[0], width: size[1] } },
    ],
  };
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
