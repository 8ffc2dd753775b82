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

/** The header of a picture as sharp reads it, and facts that sharp does not report. */
export interface LibraryHeader extends Metadata {
  /** Color profile for RGB or gray colors, if the file has one. */
  readonly profile?: ColorProfile;
  /** The orientation that sharp does not report: that of a PNG, or that in XMP if the EXIF data has none. */
  readonly ownOrientation: Orientation;
}

/** Reads the header of a file. @throws DecodeError naming the problem of the file. */
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
 * Decodes a picture: upright, sRGB, 8 bits, the first frame, at its own size or within a square of `within` pixels.
 *
 * @throws DecodeError naming the problem of the file.
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
    // Nothing has to be converted, and a conversion through another color space would change some values by 1 of 255.
    ignoreIcc: profile?.isSrgb === true,
  });
  const raster = await finish(within ? fitted(picture, within) : picture, options.mostPixels);
  return {
    pixels: turnUpright(toPixels(raster, options.background), ownOrientation),
    isTransparent: isTransparent(raster),
  };
}

/**
 * Decodes a complete file to find out whether it is incomplete, and returns only a thumbnail, neither upright nor with
 * alpha.
 *
 * @throws DecodeError naming the problem of the file.
 */
export async function checkByLibrary(file: Uint8Array, limits: DecodingLimits): Promise<Pixels> {
  const picture = sharp(file, { failOn: 'error', limitInputPixels: limits.mostPixels });
  const thumbnail = picture.resize({ width: sketchSide, height: sketchSide, fit: 'fill' });
  return toPixels(await finish(thumbnail, limits.mostPixels));
}

/** Formats in which XMP may state an orientation that the EXIF data lacks; other formats have their own fields. */
const withXmp = new Set(['jpeg', 'webp']);

function orientationInXmp({ format, orientation, xmp }: Metadata): Orientation {
  if (orientation !== undefined || !xmp || !withXmp.has(format)) return 1;
  return xmpOrientation(xmp.toString('latin1')) ?? 1;
}

/** Width and height of the upright picture. */
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

/** Whether a file is an SVG drawing, recognized by its first thousand characters, as in libvips. */
function isSvg(file: Uint8Array): boolean {
  const start = latin(file.subarray(0, 1000));
  return /^\s*</.test(start) && /<(\w+:)?svg[\s>/]/i.test(start);
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replace(/^ï»¿/, '');

function drawing(): DecodeError {
  const unread = 'an SVG drawing';
  return new DecodeError(
    `${unread}, which is read only with the option svg: true. Set the option, or export the drawing as PNG.`,
    { unread },
  );
}

function rethrow(error: unknown, mostPixels: number): never {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) {
    throw new DecodeError('not a picture', { cause: error });
  }
  if (/pixel limit/i.test(message)) throw tooLarge(mostPixels);
  // Messages of libvips come from one buffer of the whole process: of a file that is decoded beside others they may be
  // empty, doubled or about another file.
  throw new DecodeError('incomplete or damaged', { cause: error });
}

/** @throws DecodeError for a file of a known kind that is not read, saying how to convert it. */
export function refuseUnread(file: Uint8Array): void {
  if (file.length === 0) throw new DecodeError('empty file');
  const unread = unreadFormat(file);
  if (!unread) return;
  const { name, advice } = unread;
  throw new DecodeError(`${name}, which is not read. ${advice}`, { unread: name });
}
