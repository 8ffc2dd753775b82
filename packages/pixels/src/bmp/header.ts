/**
 * A BMP file is damaged, cut short, or of a kind that is not read.
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

/** Which bits of a pixel hold a channel. */
interface Mask {
  readonly shift: number;
  /** All ones, of as many bits as the channel has; 0 where there is no such channel. */
  readonly most: number;
}

export interface BmpHeader {
  readonly height: number;
  readonly width: number;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  /** Whether rows are coded as runs. */
  readonly isRunLength: boolean;
  /** Whether the first row of the file is the top one. */
  readonly isTopDown: boolean;
  /** Red, green, blue for each index; for up to 8 bits. */
  readonly palette: Uint8Array;
  /** Red, green, blue, alpha; for 16 and 32 bits. */
  readonly masks: readonly [Mask, Mask, Mask, Mask];
  /** Where the rows begin. */
  readonly start: number;
}

const fileHeaderSize = 14;
/** Windows 2, 3, with masks, with masks and alpha, OS/2 2, Windows 4 and 5. */
const headerSizes = [12, 40, 52, 56, 64, 108, 124];

/** How a picture is coded where it is no bitmap of ours, by its number. */
const otherCodings: Record<number, string> = { 4: 'a JPEG inside', 5: 'a PNG inside' };

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
 * Reads the header of a bitmap: size, bits, palette and masks.
 *
 * @throws BmpError for what is damaged, cut short or not read.
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
        : `a header of ${size} bytes, which is none of a bitmap`,
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
  // After a header of Windows 3 the masks stand by themselves.
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
    // What Windows 2 leaves out follows from where the pixels begin.
    const room = Math.floor((start - tables) / stride);
    const count = said > 0 ? said : Math.min(2 ** bits, room);
    if (count > 2 ** bits && bits < 8) throw new BmpError(`${count} colors for ${bits} bits`);
    if (count > room || count === 0) throw new BmpError(`no room for ${count} colors`);
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
  if (inside && size !== 64) throw new BmpError(`${inside}, which is not read`);
  const fits: Record<number, readonly number[]> = {
    0: [1, 4, 8, 16, 24, 32],
    1: [8],
    2: [4],
    // Of OS/2 these numbers mean other things.
    3: size === 64 ? [] : [16, 32],
    6: size === 40 ? [16, 32] : [],
  };
  if (fits[coding]?.includes(bits)) return;
  throw new BmpError(`${bits} bits a pixel with coding ${coding}, which is not read`);
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
  // Masks that were forgotten: the usual order, with alpha.
  if (bits === 32 && !found.some(mask => mask !== 0))
    found.splice(0, 4, ...usual.slice(0, 3), 0xff000000);
  const masks = [...found, 0].slice(0, 4).map(toMask);
  let taken = 0n;
  for (const [channel, { shift, most }] of masks.entries()) {
    const place = BigInt(most) << BigInt(shift);
    if ((channel < 3 && most === 0) || (taken & place) !== 0n || place >> BigInt(bits) !== 0n)
      throw new BmpError('masks of channels that overlap or are empty');
    taken |= place;
  }
  return masks as unknown as BmpHeader['masks'];
}

function toMask(bits: number): Mask {
  if (bits === 0) return { shift: 0, most: 0 };
  const shift = 31 - Math.clz32(bits & -bits);
  const most = bits >>> shift;
  if ((most & (most + 1)) !== 0) throw new BmpError('a mask with gaps');
  return { shift, most };
}
