import { readFile } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import {
  BmpError,
  type BmpHeader,
  decodeBmp,
  decodeJpeg,
  decodeJpegTo,
  isBmp,
  isTransparent,
  type Pixels,
  type Raster,
  readBmpHeader,
  resize,
  resizeJpeg,
  toPixels,
} from '@shroom/pixels';
import { type Sketch, sketch } from '../copies/sketch';
import { type Framing, frame } from '../transforms/framing';
import { DecodeError, tooLarge } from './decode-error';
import { type DecodeOptions, type DecodingLimits, withDefaults } from './decode-options';
import {
  checkByLibrary,
  decodeByLibrary,
  type LibraryHeader,
  readByLibrary,
  refuseUnread,
  uprightSize,
} from './library';
import { readOver } from './shelf';

/**
 * A picture as a network's weights expect it: with a `Framing`, such as the preprocessing of weights, it is resized and cropped to
 * the byte as Pillow does it. With a size alone it is squashed, the aspect ratio ignored: upright by its EXIF orientation, sRGB, 8 bits,
 * on white where it is transparent, the first frame of an animation; antialiased bilinear, to the byte as in Pillow. Of most JPEGs
 * of 512 by 512 pixels or more that are at least five times as large as the size, means of two by two pixels are resized: that is
 * quicker, and hardly another picture.
 *
 * @param file A path, or the file's bytes.
 * @param how The framing, or `[height, width]` in pixels.
 * @param options Also `room`: where the pixels may go, if they fit.
 * @throws DecodeError naming what is wrong with the file, or of which kind it is where that is not read; the file system's
 *   error where it cannot be read; RangeError for an option.
 * @example
 * ```ts
 * const { data } = await decode('logo.png', [224, 224], { background: [0, 0, 0], mostPixels: 50e6 });
 * ```
 */
export async function decode(
  file: string | Uint8Array,
  how: readonly [number, number] | Framing,
  options: DecodeOptions & { readonly room?: Uint8Array } = {},
): Promise<Pixels> {
  if ('size' in how) return frame(await decodeWhole(file, options), how);
  const limited = withDefaults(options);
  const bytes = isAwaited(file) ? await readFile(file) : read(file);
  const squashed = decodeJpegTo(bytes, how, { ...limited, room: options.room });
  if (squashed) return squashed;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  return (isJpeg ? resizeJpeg : resize)(await decodeOther(bytes, file, limited), how);
}

/** A thread has nothing else to do meanwhile, and waiting for four answers takes longer than they do. */
const isAwaited = (file: string | Uint8Array): file is string =>
  typeof file === 'string' && isMainThread;

/** Bytes that must be decoded before the next file is read: nothing may be awaited in between. */
const read = (file: string | Uint8Array): Uint8Array =>
  typeof file === 'string' ? readOver(file) : file;

/**
 * A picture at its own size: upright, sRGB, 8 bits, on white where it is transparent.
 *
 * @throws As `decode` does.
 * @example
 * ```ts
 * const { data, height, width } = await decodeWhole('mushroom.jpg'); // data: [height, width, 3]
 * ```
 */
export async function decodeWhole(
  file: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<Pixels> {
  const limited = withDefaults(options);
  const bytes = isAwaited(file) ? await readFile(file) : read(file);
  return decodeJpeg(bytes, limited) ?? decodeOther(bytes, file, limited);
}

/**
 * A picture at its own size, or smaller so that neither side is longer than `longestSide`; the aspect ratio is kept.
 *
 * @throws As `decode` does.
 * @example
 * ```ts
 * const thumbnail = await decodeWithin('mushroom.jpg', 192); // of 4000 by 3000 pixels: 192 by 144
 * ```
 */
export async function decodeWithin(
  file: string | Uint8Array,
  longestSide: number,
  options: DecodeOptions = {},
): Promise<Pixels> {
  const limited = withDefaults(options);
  const bytes = typeof file === 'string' ? await readFile(file) : file;
  const bitmap = decodeBitmap(bytes, limited);
  if (bitmap) return fitted(toPixels(bitmap, limited.background), longestSide);
  const header = await readByLibrary(bytes, limited);
  return (await decodeByLibrary(bytes, header, limited, longestSide)).pixels;
}

function fitted(pixels: Pixels, longestSide: number): Pixels {
  const { height, width } = pixels;
  const scale = longestSide / Math.max(height, width);
  if (scale >= 1) return pixels;
  const side = (length: number) => Math.max(1, Math.round(scale * length));
  return resize(pixels, [side(height), side(width)]);
}

/**
 * Reads a whole picture, at a fraction of the cost of `decode`, and says what `decode` will convert.
 *
 * @returns For example `['CMYK colors', 'rotated by EXIF', 'color profile Display P3']`; empty for an ordinary photograph.
 * @throws DecodeError naming what is wrong with the file, or of which kind it is where that is not read.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const converted = await check(await readFile('scan.tif')); // such as ['CMYK colors', 'first of 3 pages']
 * ```
 */
export async function check(file: Uint8Array, options: DecodeOptions = {}): Promise<string[]> {
  return (await look(file, options)).converted;
}

/** What one look at a file tells. */
export interface Look {
  /** What `decode` will convert. */
  readonly converted: string[];
  /** To find its near copies; of pictures that are large enough for that. */
  readonly sketch?: Sketch;
}

/** `check`, and a sketch of the same decoded pixels. @throws DecodeError as `check` does. */
export async function look(file: Uint8Array, options: DecodeOptions = {}): Promise<Look> {
  const limited = withDefaults(options);
  const laid = 'transparent, laid on the background';
  const bitmap = decodeBitmap(file, limited);
  if (bitmap) {
    const converted = isTransparent(bitmap) ? [laid] : [];
    return { converted, ...sketched(toPixels(bitmap, limited.background), bitmap) };
  }
  const header = await readByLibrary(file, limited);
  const found = conversions(header);
  if (!header.hasAlpha) {
    return { converted: found, ...sketched(await checkByLibrary(file, limited), header) };
  }
  const { pixels, isTransparent: isLaid } = await decodeByLibrary(file, header, limited);
  return { converted: isLaid ? [laid, ...found] : found, ...sketched(pixels, header) };
}

/** Pictures with a shorter side have too few pixels to tell what is nearly the same. */
const leastSketched = 32;

/** @param size Of the whole picture, of which these are the pixels or a thumbnail. */
const sketched = (pixels: Pixels, { height, width }: Omit<Pixels, 'data'>): Pick<Look, 'sketch'> =>
  Math.min(height, width) < leastSketched ? {} : { sketch: sketch(pixels) };

/**
 * Width and height as the picture is seen, and its format, from the file's header.
 *
 * @throws DecodeError
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const { width, height, format } = await readDimensions(await readFile('mushroom.jpg')); // 3000, 4000, jpeg
 * ```
 */
export async function readDimensions(
  file: Uint8Array,
  options: DecodeOptions = {},
): Promise<{ readonly width: number; readonly height: number; readonly format: string }> {
  const limited = withDefaults(options);
  refuseUnread(file);
  if (isBmp(file)) {
    const { height, width } = bitmapHeader(file, limited);
    return { width, height, format: 'bmp' };
  }
  const header = await readByLibrary(file, limited);
  return { ...uprightSize(header), format: header.format };
}

function conversions(header: LibraryHeader): string[] {
  const { space, depth, channels, profile, orientation, ownOrientation, pages, format } = header;
  const found: string[] = [];
  if (space === 'cmyk') found.push('CMYK colors');
  if (depth !== undefined && depth !== 'uchar') found.push('more than 8 bits a channel');
  if (channels < 3) found.push('gray');
  if (profile && !profile.isSrgb) found.push(`color profile ${profile.name || 'without a name'}`);
  const byExif = format === 'png' ? 1 : (orientation ?? 1);
  if (byExif > 1 || ownOrientation > 1) found.push('rotated by EXIF');
  if (pages !== undefined && pages > 1) {
    const isFilm = format === 'gif' || format === 'webp';
    found.push(isFilm ? `animated, first of ${pages} frames` : `first of ${pages} pages`);
  }
  return found;
}

/** What is no ordinary JPEG. Bytes that were read over the last file's are copied before anything is awaited. */
async function decodeOther(
  bytes: Uint8Array,
  file: string | Uint8Array,
  limited: DecodeOptions & DecodingLimits,
): Promise<Pixels> {
  const bitmap = decodeBitmap(bytes, limited);
  if (bitmap) return toPixels(bitmap, limited.background);
  const own = typeof file === 'string' && !isMainThread ? bytes.slice() : bytes;
  const header = await readByLibrary(own, limited);
  return (await decodeByLibrary(own, header, limited)).pixels;
}

/** @returns `undefined` for a file of another format. @throws DecodeError */
function decodeBitmap(bytes: Uint8Array, limits: DecodingLimits): Raster | undefined {
  refuseUnread(bytes);
  if (!isBmp(bytes)) return undefined;
  const header = bitmapHeader(bytes, limits);
  return named(() => decodeBmp(bytes, header));
}

function bitmapHeader(bytes: Uint8Array, limits: DecodingLimits): BmpHeader {
  const header = named(() => readBmpHeader(bytes));
  if (header.height * header.width > limits.mostPixels) throw tooLarge(limits.mostPixels);
  return header;
}

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BmpError)) throw error;
    throw new DecodeError(`cannot be read as BMP: ${error.message}`, { cause: error });
  }
}
