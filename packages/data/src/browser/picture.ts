import type { Pixels } from '../photo';
import { type Framing, frame } from '../transforms/framing';
import { resize } from '../transforms/resize';

/** What a browser can decode or show: a file of a form, a blob, an address, a canvas, an image, a video's frame. */
export type BrowserPicture =
  | Blob
  | URL
  | string
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement;

/** A browser could not get or decode a picture. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/**
 * The pixels of a picture in a browser or a web worker: upright by its EXIF orientation, sRGB, 8 bits. Squashed to a
 * size, or framed as weights expect it, it is antialiased as in Pillow, whatever the browser. Where a picture is transparent, it is black.
 *
 * @param source A string is an address.
 * @param how `[height, width]`, or the framing of weights; without it the picture keeps its size.
 * @throws PictureError naming the address, where there is one.
 */
export async function readPicture(
  source: BrowserPicture,
  how?: readonly [number, number] | Framing,
): Promise<Pixels> {
  const pixels = toRgb(source instanceof ImageData ? source : await rasterise(source));
  if (how === undefined) return pixels;
  return 'size' in how ? frame(pixels, how) : resize(pixels, how);
}

async function rasterise(source: Exclude<BrowserPicture, ImageData>): Promise<ImageData> {
  const bitmap =
    typeof source === 'string' || source instanceof URL
      ? await decode(await load(source), String(source))
      : await decode(source, source instanceof Blob ? 'the file' : 'the picture');
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' })!;
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

async function load(address: string | URL): Promise<Blob> {
  const response = await fetch(address).catch((error: Error) => {
    throw new PictureError(`${address} cannot be loaded: ${error.message}`);
  });
  if (!response.ok) throw new PictureError(`${address} cannot be loaded: ${response.status}`);
  return response.blob();
}

async function decode(source: ImageBitmapSource, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, { imageOrientation: 'from-image' });
  } catch (error) {
    throw new PictureError(`${name} cannot be decoded: ${(error as Error).message}`);
  }
}

function toRgb({ data, height, width }: ImageData): Pixels {
  const rgb = new Uint8Array(height * width * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { data: rgb, height, width };
}
