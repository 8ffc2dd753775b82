import {
  type Color,
  decodeJpeg,
  decodeJpegTo,
  exchangesSides,
  hasVectors,
  type Orientation,
  type Pixels,
  resize,
  resizeJpeg,
  toPixels,
  white,
  xmpOrientationOfJpeg,
} from '@shroom/pixels';
import { type BackgroundOptions, mostPixels, requireColor } from '../pictures/options';
import { isPng, pngOrientation, withoutExif } from '../pictures/png-orientation';
import { type Framing, frame } from '../transforms/framing';

/**
 * A picture that a browser can decode or display: a file of a form, a blob, an address, a canvas, an image, or a frame of a
 * video.
 */
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

/**
 * Thrown when a browser could not load or decode a picture.
 *
 * @example
 * ```ts
 * const [file] = document.querySelector('input')!.files!;
 * try {
 *   console.log(await readPicture(file!, [224, 224]));
 * } catch (error) {
 *   if (!(error instanceof PictureError)) throw error;
 *   alert(error.unread ? `Save ${error.unread} as JPEG, please.` : error.message); // for example: an HEIC picture
 * }
 * ```
 */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  /** The kind of the file, for example `an HEIC picture`, if it is a known kind that this browser cannot read. */
  readonly unread: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly unread?: string } = {}) {
    const { unread, ...rest } = options;
    super(message, rest);
    this.unread = unread;
  }
}

/** Pixels of a picture in a browser. */
export interface BrowserPixels extends Pixels {
  /**
   * Why the browser's own decoder read the file. Its pixels may then differ slightly from those in Node. Absent if the
   * pixels equal Node's to the byte, and if no file was decoded (a canvas, or an image that is displayed).
   */
  readonly fallback?: string;
}

/**
 * The pixels of a picture in a browser or a web worker: upright according to the EXIF orientation, sRGB, 8 bits. Resizing
 * is antialiased as in Pillow, in every browser. Transparent pixels show the background, which is white by default. An
 * ordinary JPEG (baseline, upright, no color profile except sRGB) that is passed as a file or an address is decoded to the
 * same bytes as in Node. For any other file, `fallback` says why the browser decoded it.
 *
 * @param source The picture. A string is an address.
 * @param how `[height, width]` to squash the picture to, or the framing that a network's weights need. Default: the
 *   picture's own size.
 * @throws PictureError naming the address, if there is one, and the kind of the file, if it is known.
 * @throws RangeError for a background that is not a color.
 * @example
 * ```ts
 * const { files } = document.querySelector('input')!;
 * const { data, fallback } = await readPicture(files![0]!, [224, 224]);
 * if (fallback) console.warn(`Decoded by the browser: ${fallback}.`);
 * ```
 */
export async function readPicture(
  source: BrowserPicture,
  how?: readonly [number, number] | Framing,
  { background = white }: BackgroundOptions = {},
): Promise<BrowserPixels> {
  requireColor(background);
  const isAddress = typeof source === 'string' || source instanceof URL;
  const picture = isAddress ? await load(source) : source;
  const isFile = picture instanceof Blob;
  const isJpeg = isFile && startsAsJpeg(await bytesOf(picture.slice(0, 2)));
  const exact = isJpeg && hasVectors() ? decodeOrdinary(await bytesOf(picture), how) : undefined;
  if (exact) return exact;
  const name = isAddress ? String(source) : isFile ? 'the file' : 'the picture';
  const image = picture instanceof ImageData ? picture : await rasterize(picture, name, background);
  const pixels = toPixels({ ...sized(image), channels: 4 }, background);
  const brought = bring(pixels, how, isJpeg);
  return isFile ? { ...brought, fallback: reasonFor(isJpeg) } : brought;
}

const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

const startsAsJpeg = ([first, second]: Uint8Array) => first === 0xff && second === 0xd8;

/** Decodes an ordinary JPEG in the same way as `decode` of `@shroom/data/node`. */
function decodeOrdinary(bytes: Uint8Array, how: How): Pixels | undefined {
  if (how && !('size' in how)) return decodeJpegTo(bytes, how, { mostPixels });
  const pixels = decodeJpeg(bytes, { mostPixels });
  return pixels && bring(pixels, how, true);
}

type How = readonly [number, number] | Framing | undefined;

function bring(pixels: Pixels, how: How, isJpeg: boolean): Pixels {
  if (how === undefined) return pixels;
  if ('size' in how) return frame(pixels, how);
  return isJpeg ? resizeJpeg(pixels, how) : resize(pixels, how);
}

function reasonFor(isJpeg: boolean): string {
  if (!isJpeg) return 'it is not a JPEG';
  if (!hasVectors())
    return "WebAssembly has no vector instructions here, or the page's policy forbids it (script-src 'wasm-unsafe-eval' allows it)";
  return 'it is a JPEG that is not baseline, is rotated by EXIF or XMP, has a color profile, or is gray, CMYK, very large or damaged';
}

const sized = ({ data, height, width }: ImageData) => ({
  data: data as Uint8ClampedArray,
  height,
  width,
});

async function rasterize(
  picture: Exclude<BrowserPicture, ImageData | string | URL>,
  name: string,
  background: Color,
): Promise<ImageData> {
  const { png, orientation } = picture instanceof Blob ? await orientationOf(picture) : upright;
  // Browsers differ in which orientations of a PNG they apply.
  const plain = png && orientation > 1 ? new Blob(withoutExif(png) as BlobPart[]) : picture;
  const bitmap = await decode(plain, name);
  try {
    return draw(bitmap, orientation, background);
  } finally {
    bitmap.close();
  }
}

interface Turned {
  /** How the picture that the browser decodes has to be turned. */
  readonly orientation: Orientation;
  /** The bytes of the file if it is a PNG. */
  readonly png?: Uint8Array;
}
const upright: Turned = { orientation: 1 };

/** Orientations that browsers ignore: any orientation of a PNG, and the orientation of a JPEG that only XMP states. */
async function orientationOf(file: Blob): Promise<Turned> {
  const first = await bytesOf(file.slice(0, 8));
  const isJpeg = startsAsJpeg(first);
  if (!isPng(first) && !isJpeg) return upright;
  const bytes = await bytesOf(file);
  if (isJpeg) return { orientation: xmpOrientationOfJpeg(bytes) };
  return { orientation: await pngOrientation(bytes), png: bytes };
}

/**
 * The directions of the file's columns and rows in the upright picture, as factors of x and y; first for x. @see HTML
 * Canvas, `transform`
 */
const turns: Record<Orientation, readonly [number, number, number, number]> = {
  1: [1, 0, 0, 1],
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, 1, -1, 0],
  7: [0, -1, -1, 0],
  8: [0, -1, 1, 0],
};

function draw(bitmap: ImageBitmap, orientation: Orientation, background: Color): ImageData {
  const { width, height } = bitmap;
  const [across, down] = exchangesSides(orientation) ? [height, width] : [width, height];
  const canvas = new OffscreenCanvas(across, down);
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' })!;
  context.fillStyle = `rgb(${background.join(' ')})`;
  context.fillRect(0, 0, across, down);
  const [a, b, c, d] = turns[orientation];
  context.setTransform(a, b, c, d, a + c < 0 ? across : 0, b + d < 0 ? down : 0);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, across, down);
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
    const unread = source instanceof Blob ? await unreadFormatOf(source) : undefined;
    const why = unread
      ? `it is ${unread.name}, which this browser cannot read. ${unread.advice}`
      : (error as Error).message;
    throw new PictureError(`${name} cannot be decoded: ${why}`, {
      cause: error,
      ...(unread && { unread: unread.name }),
    });
  }
}

/** The kind of file that it is, if that is known and not read. The list of kinds is loaded only for this. */
async function unreadFormatOf(file: Blob) {
  const { unreadFormat } = await import('../pictures/unread-formats');
  return unreadFormat(await bytesOf(file.slice(0, 4096)));
}
