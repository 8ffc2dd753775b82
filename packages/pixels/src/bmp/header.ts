/**
 * Thrown when a BMP file is damaged or cut short, or is of a kind that this decoder cannot read.
 *
 * @example
 * ```ts
 * try {
 *   console.log(toPixels(decodeBmp(bytes, readBmpHeader(bytes))));
 * } catch (error) {
 *   if (!(error instanceof BmpError)) throw error;
 *   console.log(`left out: ${error.message}`); // such as: the header is cut short
 * }
 * ```
 */
export class BmpError extends Error {
  override readonly name = 'BmpError';
}

/** The bits of a pixel that hold one channel. */
interface Mask {
  readonly shift: number;
  /** The largest value of the channel: as many one bits as the channel has, or 0 if the picture has no such channel. */
  readonly most: number;
}

export interface BmpHeader {
  readonly height: number;
  readonly width: number;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  /** Whether the rows are run-length coded. */
  readonly isRunLength: boolean;
  /** Whether the first row in the file is the top row of the picture. */
  readonly isTopDown: boolean;
  /** Red, green and blue of each palette index, for pictures of at most 8 bits per pixel. */
  readonly palette: Uint8Array;
  /** Masks of red, green, blue and alpha, for pictures of 16 and 32 bits per pixel. */
  readonly masks: readonly [Mask, Mask, Mask, Mask];
  /** Position of the first row in the file, in bytes. */
  readonly start: number;
}

const fileHeaderSize = 14;
/** Header sizes in bytes: Windows 2, Windows 3, Windows 3 with masks, with masks and alpha, OS/2 2, Windows 4 and Windows 5. */
const headerSizes = [12, 40, 52, 56, 64, 108, 124];

/** What a BMP file contains in place of pixels, by the number of the coding. */
const otherCodings: Record<number, string> = { 4: 'a JPEG', 5: 'a PNG' };

/**
 * Whether a file begins with `BM`, as bitmaps do.
 *
 * @example
 * ```ts
 * const picture = isBmp(bytes) ? toPixels(decodeBmp(bytes, readBmpHeader(bytes))) : decodeJpeg(bytes);
 * ```
 */
export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

/**
 * Reads the header of a BMP file: size, bits per pixel, palette and masks.
 *
 * @throws BmpError when the header is damaged or cut short, or of a kind that this decoder cannot read.
 * @see Windows GDI, BITMAPFILEHEADER and BITMAPV5HEADER
 * @example
 * ```ts
 * const { height, width, bits } = readBmpHeader(bytes); // such as 480, 640, 24
 * ```
 */
export function readHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 18 ? 0 : view.getUint32(fileHeaderSize, true);
  if (!headerSizes.includes(size) || bytes.length < fileHeaderSize + size) {
    throw new BmpError(
      bytes.length < fileHeaderSize + Math.max(4, Math.min(size, 124))
        ? 'the header is cut short'
        : `a header has ${size} bytes, which no bitmap has`,
    );
  }
  const isOld = size === 12;
  const field = (at: number) => view.getUint32(fileHeaderSize + at, true);
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const tall = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const coding = isOld ? 0 : field(16);
  if (width <= 0 || tall === 0) throw new BmpError(`${width} x ${tall} pixels`);
  requireCoding(bits, coding, size);

  const ownMasks = coding === 3 || coding === 6;
  // Masks that follow a Windows 3 header are not part of the header.
  const after = ownMasks && size === 40 ? (coding === 6 ? 16 : 12) : 0;
  const masks = masksOf(view, bits, ownMasks, size, after);
  const start = view.getUint32(10, true);
  const tables = fileHeaderSize + size + after;
  if (start < tables || start > bytes.length)
    throw new BmpError(`pixels at byte ${start} of ${bytes.length}`);
  const palette = bits > 8 ? new Uint8Array() : readPalette();
  return {
    height: Math.abs(tall),
    width,
    bits: bits as BmpHeader['bits'],
    isRunLength: coding === 1 || coding === 2,
    isTopDown: tall < 0,
    palette,
    masks,
    start,
  };

  function readPalette(): Uint8Array {
    const stride = isOld ? 3 : 4;
    const said = isOld ? 0 : field(32);
    // Windows 2 headers leave out the number of colors. It follows from the position of the pixels.
    const room = Math.floor((start - tables) / stride);
    const count = said > 0 ? said : Math.min(2 ** bits, room);
    if (count > 2 ** bits && bits < 8) throw new BmpError(`${count} colors for ${bits} bits`);
    if (count > room || count === 0) throw new BmpError(`the file has no room for ${count} colors`);
    const colors = new Uint8Array(3 * Math.min(count, 256));
    for (let index = 0; 3 * index < colors.length; index++) {
      const at = tables + index * stride;
      colors.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], 3 * index);
    }
    return colors;
  }
}

function requireCoding(bits: number, coding: number, size: number): void {
  const inside = otherCodings[coding];
  if (inside && size !== 64)
    throw new BmpError(`the file contains ${inside}, which cannot be read`);
  const fits: Record<number, readonly number[]> = {
    0: [1, 4, 8, 16, 24, 32],
    1: [8],
    2: [4],
    // In OS/2 headers these numbers mean other codings.
    3: size === 64 ? [] : [16, 32],
    6: size === 40 ? [16, 32] : [],
  };
  if (fits[coding]?.includes(bits)) return;
  throw new BmpError(`${bits} bits per pixel with coding ${coding} cannot be read`);
}

function masksOf(
  view: DataView,
  bits: number,
  own: boolean,
  size: number,
  after: number,
): BmpHeader['masks'] {
  const usual = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (!own) return usual.map(toMask) as unknown as BmpHeader['masks'];
  const hasAlpha = size >= 56 || after === 16;
  const places = [54, 58, 62, 66].slice(0, hasAlpha ? 4 : 3);
  if (places.some(at => at + 4 > view.byteLength)) throw new BmpError('the masks are cut short');
  const found: number[] = places.map(at => view.getUint32(at, true));
  // If all masks are empty, the program that wrote the file forgot them: the usual order, with alpha, is assumed.
  if (bits === 32 && !found.some(mask => mask !== 0))
    found.splice(0, 4, ...usual.slice(0, 3), 0xff000000);
  const masks = [...found, 0].slice(0, 4).map(toMask);
  let taken = 0n;
  for (const [channel, { shift, most }] of masks.entries()) {
    const place = BigInt(most) << BigInt(shift);
    if ((channel < 3 && most === 0) || (taken & place) !== 0n || place >> BigInt(bits) !== 0n)
      throw new BmpError('the masks of the channels overlap or are empty');
    taken |= place;
  }
  return masks as unknown as BmpHeader['masks'];
}

function toMask(bits: number): Mask {
  if (bits === 0) return { shift: 0, most: 0 };
  const shift = 31 - Math.clz32(bits & -bits);
  const most = bits >>> shift;
  if ((most & (most + 1)) !== 0) throw new BmpError('a mask has gaps');
  return { shift, most };
}
