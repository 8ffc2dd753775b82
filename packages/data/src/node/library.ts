import {
  type ColorProfile,
  exchangesSides,
  isTransparent,
  type Orientation,
  type Pixels,
  type Raster,
  readColorProfile,
  toPixels,
  turnUpright,
  xmpOrientation,
} from '@shroom/pixels';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { sketchSide } from '../copies/sketch';
import { isPng, pngOrientation } from '../pictures/png-orientation';
import { unreadFormat } from '../pictures/unread-formats';
import { DecodeError, tooLarge } from './decode-error';
import type { DecodeOptions, DecodingLimits } from './decode-options';

/** A picture's header, as sharp reads it, and what sharp leaves to others. */
export interface LibraryHeader extends Metadata {
  /** Of colors in RGB or gray, where the file has one. */
  readonly profile?: ColorProfile;
  /** What sharp does not know of: that of a PNG, and that of XMP where there is none in EXIF data. */
  readonly ownOrientation: Orientation;
}

/** Reads the header of a file. @throws DecodeError naming what is wrong with it. */
export async function readByLibrary(
  file: Uint8Array,
  { mostPixels, svg }: DecodingLimits,
): Promise<LibraryHeader> {
  if (!svg && isSvg(file)) throw drawing();
  let metadata: Metadata;
  try {
    metadata = await sharp(file, { limitInputPixels: mostPixels }).metadata();
  } catch (error) {
    return rethrow(error, mostPixels);
  }
  if (!svg && metadata.format === 'svg') throw drawing();
  const { width, height, icc } = metadata;
  if (width * height > mostPixels) throw tooLarge(mostPixels);
  const ownOrientation = isPng(file) ? await pngOrientation(file) : orientationInXmp(metadata);
  return { ...metadata, ownOrientation, ...(icc && { profile: readColorProfile(icc) }) };
}

/**
 * Upright, sRGB, 8 bits, the first frame, at its own size, or within a square of `within` pixels.
 *
 * @throws DecodeError naming what is wrong with the file.
 */
export async function decodeByLibrary(
  file: Uint8Array,
  header: LibraryHeader,
  options: DecodeOptions & DecodingLimits,
  within?: number,
): Promise<{ readonly pixels: Pixels; readonly isTransparent: boolean }> {
  const { ownOrientation, profile } = header;
  const picture = sharp(file, {
    failOn: 'error',
    limitInputPixels: options.mostPixels,
    autoOrient: !isPng(file),
    // There is nothing to convert, and a detour over other colors changes some by 1 of 255.
    ignoreIcc: profile?.isSrgb === true,
  });
  const raster = await finish(within ? fitted(picture, within) : picture, options.mostPixels);
  return {
    pixels: turnUpright(toPixels(raster, options.background), ownOrientation),
    isTransparent: isTransparent(raster),
  };
}

/**
 * Reads every byte, but keeps a thumbnail only, not upright and without alpha: that finds what is cut short.
 *
 * @throws DecodeError
 */
export async function checkByLibrary(file: Uint8Array, limits: DecodingLimits): Promise<Pixels> {
  const picture = sharp(file, { failOn: 'error', limitInputPixels: limits.mostPixels });
  const thumbnail = picture.resize({ width: sketchSide, height: sketchSide, fit: 'fill' });
  return toPixels(await finish(thumbnail, limits.mostPixels));
}

/** Formats in which XMP may say what EXIF data does not; others have fields of their own. */
const withXmp = new Set(['jpeg', 'webp']);

function orientationInXmp({ format, orientation, xmp }: Metadata): Orientation {
  if (orientation !== undefined || !xmp || !withXmp.has(format)) return 1;
  return xmpOrientation(xmp.toString('latin1')) ?? 1;
}

/** Width and height as the picture is seen. */
export function uprightSize(header: LibraryHeader): { width: number; height: number } {
  const { width, height } = header.format === 'png' ? header : header.autoOrient;
  return exchangesSides(header.ownOrientation)
    ? { width: height, height: width }
    : { width, height };
}

function fitted(picture: Sharp, side: number): Sharp {
  return picture.resize({
    width: side,
    height: side,
    fit: 'inside',
    withoutEnlargement: true,
    kernel: 'linear',
  });
}

async function finish(picture: Sharp, mostPixels: number): Promise<Raster> {
  try {
    const { data, info } = await picture
      .toColorspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { channels, height, width } = info;
    const plain = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { data: plain, channels: channels as Raster['channels'], height, width };
  } catch (error) {
    return rethrow(error, mostPixels);
  }
}

/** Drawings are told by their first thousand letters, as libvips does it. */
function isSvg(file: Uint8Array): boolean {
  const start = latin(file.subarray(0, 1000));
  return /^\s*</.test(start) && /<(\w+:)?svg[\s>/]/i.test(start);
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replace(/^ï»¿/, '');

function drawing(): DecodeError {
  const unread = 'an SVG drawing';
  return new DecodeError(
    `${unread}, which is read only with the option svg: true. Or export it as PNG.`,
    { unread },
  );
}

function rethrow(error: unknown, mostPixels: number): never {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) {
    throw new DecodeError('not a picture', { cause: error });
  }
  if (/pixel limit/i.test(message)) throw tooLarge(mostPixels);
  const detail = message.trim().split('\n')[0]!.trim();
  throw new DecodeError(
    `cut short or damaged${/unknown error/i.test(detail) ? '' : ` (${detail})`}`,
    { cause: error },
  );
}

/** @throws DecodeError for a file of a known kind that is not read, with the way out. */
export function refuseUnread(file: Uint8Array): void {
  if (file.length === 0) throw new DecodeError('empty file');
  const unread = unreadFormat(file);
  if (!unread) return;
  const { name, advice } = unread;
  throw new DecodeError(`${name}, which is not read. ${advice}`, { unread: name });
}
