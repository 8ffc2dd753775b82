import { readFile } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { decodeJpeg, decodeJpegTo } from '../jpeg/decoder';
import type { Pixels } from '../photo';
import { type Framing, frame } from '../transforms/framing';
import { resize } from '../transforms/resize';
import { readOver } from './shelf';

/** Above this a file of a few kilobytes could fill the memory; Pillow's limit too. In pixels. */
export const mostPixels = 178_956_970;

/** A file is not a picture that can be read whole. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * A picture as a network's weights expect it: with a `Framing`, such as the preprocessing of weights, it is resized and cropped to
 * the byte as Pillow does it. With a size alone it is squashed, the aspect ratio ignored: upright by its EXIF orientation, sRGB, 8 bits, without alpha,
 * the first frame of an animation; antialiased bilinear, to the byte as in Pillow. Of most JPEGs of 512 by 512 pixels or more
 * that are at least five times as large as the size, means of two by two pixels are resized: that is quicker, and hardly
 * another picture.
 *
 * @param file A path, or the file's bytes.
 * @param how The framing, or `[height, width]` in pixels.
 * @param room Where the pixels may go, if they fit.
 * @throws DecodeError naming what is wrong with the file; the file system's error where it cannot be read.
 */
export async function decode(
  file: string | Uint8Array,
  how: readonly [number, number] | Framing,
  room?: Uint8Array,
): Promise<Pixels> {
  if ('size' in how) return frame(await decodeWhole(file), how);
  const bytes = isAwaited(file) ? await readFile(file) : read(file);
  return decodeJpegTo(bytes, how, room) ?? resize(await finish(open(kept(bytes, file))), how);
}

/** A thread has nothing else to do meanwhile, and waiting for four answers takes longer than they do. */
const isAwaited = (file: string | Uint8Array): file is string =>
  typeof file === 'string' && isMainThread;

/** Bytes that must be decoded before the next file is read: nothing may be awaited in between. */
const read = (file: string | Uint8Array): Uint8Array =>
  typeof file === 'string' ? readOver(file) : file;

/** sharp is not done with the bytes when the next file is read. */
const kept = (bytes: Uint8Array, file: string | Uint8Array): Uint8Array =>
  typeof file === 'string' && !isMainThread ? bytes.slice() : bytes;

/** A picture at its own size: upright, sRGB, 8 bits, without alpha. @throws DecodeError, or the file system's error. */
export async function decodeWhole(file: string | Uint8Array): Promise<Pixels> {
  const bytes = isAwaited(file) ? await readFile(file) : read(file);
  return decodeJpeg(bytes) ?? finish(open(kept(bytes, file)));
}

/** A picture at its own size, or smaller so that neither side is longer than `longestSide`; the aspect ratio is kept. */
export async function decodeWithin(
  file: string | Uint8Array,
  longestSide: number,
): Promise<Pixels> {
  const box = {
    width: longestSide,
    height: longestSide,
    fit: 'inside',
    withoutEnlargement: true,
  } as const;
  return finish(open(file).resize({ ...box, kernel: 'linear' }));
}

/**
 * Reads a whole picture, at a fraction of the cost of `decode`, and says what `decode` will convert.
 *
 * @returns For example `['CMYK colours', 'rotated by EXIF']`; empty for an ordinary photograph.
 * @throws DecodeError naming what is wrong with the file.
 */
export async function check(file: Uint8Array): Promise<string[]> {
  if (file.length === 0) throw new DecodeError('empty file');
  const metadata = await open(file)
    .metadata()
    .catch(error => rethrow(error));
  // Every byte is decoded, but only to a thumbnail: that finds what is cut short.
  await finish(open(file).resize({ width: 16, height: 16, fit: 'fill' }));
  return conversions(metadata);
}

/** Width and height as the picture is seen, and its format, from the file's header. @throws DecodeError */
export async function readDimensions(
  file: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly format: string }> {
  const { autoOrient, format } = await open(file)
    .metadata()
    .catch(error => rethrow(error));
  return { ...autoOrient, format };
}

function conversions({ space, depth, channels, hasAlpha, orientation, pages }: Metadata): string[] {
  const found: string[] = [];
  if (space === 'cmyk') found.push('CMYK colours');
  if (depth !== undefined && depth !== 'uchar') found.push('more than 8 bits a channel');
  if (channels < 3) found.push('grey');
  if (hasAlpha) found.push('alpha channel ignored');
  if (orientation !== undefined && orientation > 1) found.push('rotated by EXIF');
  if (pages !== undefined && pages > 1) found.push(`animated, first of ${pages} frames`);
  return found;
}

function open(file: string | Uint8Array): Sharp {
  return sharp(file, { failOn: 'error', limitInputPixels: mostPixels, autoOrient: true });
}

async function finish(picture: Sharp): Promise<Pixels> {
  try {
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      data: info.channels === 3 ? data : greyToRgb(data),
      height: info.height,
      width: info.width,
    };
  } catch (error) {
    return rethrow(error);
  }
}

function greyToRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let index = 0; index < grey.length; index++)
    rgb.fill(grey[index]!, index * 3, index * 3 + 3);
  return rgb;
}

function rethrow(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) throw new DecodeError('not a picture');
  if (/pixel limit/i.test(message))
    throw new DecodeError(`more than ${Math.round(mostPixels / 1e6)} megapixels`);
  const detail = firstLine(message);
  throw new DecodeError(
    `cut short or damaged${/unknown error/i.test(detail) ? '' : ` (${detail})`}`,
  );
}

const firstLine = (message: string) => message.trim().split('\n')[0]!.trim();
