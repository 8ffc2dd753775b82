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
 * Decodes a picture as a network's weights need it. With a `Framing`, such as the preprocessing of weights, it is resized
 * and cropped to the byte as in Pillow. With only a size, it is squashed to this size, ignoring the aspect ratio, with
 * Pillow's antialiased bilinear filter to the byte. The result is upright according to EXIF, sRGB, 8 bits, white where the
 * picture is transparent, and the first frame of an animation.
 *
 * One exception: if a JPEG has at least 512 by 512 pixels and is at least five times as large as `size`, means of two by
 * two pixels are usually resized, which is faster and changes the result very little.
 *
 * @param file A path, or the bytes of the file.
 * @param how The framing, or `[height, width]` in pixels.
 * @param options Also `room`: memory for the pixels, used if they fit.
 * @throws DecodeError naming the problem of the file, or its kind if that kind is not read.
 * @throws The file system's error when the file cannot be read.
 * @throws RangeError for an invalid option.
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

/**
 * Whether to await the file. A worker thread reads synchronously: it has no other work, and four awaits take longer than
 * the reads.
 */
const isAwaited = (file: string | Uint8Array): file is string =>
  typeof file === 'string' && isMainThread;

/** Reads bytes that have to be decoded before the next file is read. Nothing may be awaited in between. */
const read = (file: string | Uint8Array): Uint8Array =>
  typeof file === 'string' ? readOver(file) : file;

/**
 * Decodes a picture at its own size: upright, sRGB, 8 bits, white where it is transparent.
 *
 * @throws The same errors as `decode`.
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
 * Decodes a picture at its own size, or smaller so that no side exceeds `longestSide`. The aspect ratio is kept.
 *
 * @throws The same errors as `decode`.
 * @example
 * ```ts
 * const thumbnail = await decodeWithin('mushroom.jpg', 192); // 4000 by 3000 pixels become 192 by 144
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
 * Reads a complete picture, at a fraction of the cost of `decode`, and returns what `decode` will convert.
 *
 * @returns For example `['CMYK colors', 'rotated by EXIF', 'color profile Display P3']`; empty for an ordinary photograph.
 * @throws DecodeError naming the problem of the file, or its kind if that kind is not read.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const converted = await check(await readFile('scan.tif')); // for example ['CMYK colors', 'first of 3 pages']
 * ```
 */
export async function check(file: Uint8Array, options: DecodeOptions = {}): Promise<string[]> {
  return (await look(file, options)).converted;
}

/** The result of checking a file. */
export interface Look {
  /** What `decode` will convert. */
  readonly converted: string[];
  /** Sketch for finding near copies; absent if the picture is too small for that. */
  readonly sketch?: Sketch;
}

/** Does the work of `check`, and makes a sketch of the same decoded pixels. @throws DecodeError as `check` does. */
export async function look(file: Uint8Array, options: DecodeOptions = {}): Promise<Look> {
  const limited = withDefaults(options);
  const laid = 'transparent, shown on the background';
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

/** Pictures with a shorter side have too few pixels to recognize near copies. */
const leastSketched = 32;

/** @param size Size of the complete picture; `pixels` are those of the picture or of a thumbnail. */
const sketched = (pixels: Pixels, { height, width }: Omit<Pixels, 'data'>): Pick<Look, 'sketch'> =>
  Math.min(height, width) < leastSketched ? {} : { sketch: sketch(pixels) };

/**
 * Width and height of the upright picture, and its format, from the file's header.
 *
 * @throws DecodeError naming the problem of the file.
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

/** Decodes a file that is not an ordinary JPEG. Bytes in the shared buffer are copied before anything is awaited. */
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

/** Decodes a BMP. @returns `undefined` for a file of another format. @throws DecodeError */
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
