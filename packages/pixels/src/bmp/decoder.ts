import type { Raster } from '../raster';
import { BmpError, type BmpHeader } from './header';
import { expandRuns } from './runs';

/**
 * Decodes a Windows or OS/2 bitmap (BMP): 1, 4 or 8 bits per pixel with a palette, also run-length coded; 16, 24 or 32 bits, with masks and
 * alpha. The pixels equal Pillow's, byte for byte.
 *
 * @param header The header of these bytes. Check the picture's size first: the decoder allocates memory for that many pixels.
 * @throws BmpError when the pixels are damaged or cut short.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const file = await readFile('mushroom.bmp');
 * const header = readBmpHeader(file);
 * if (header.height * header.width > 50e6) throw new RangeError('mushroom.bmp is too large');
 * const { data, height, width } = toPixels(decodeBmp(file, header)); // RGB
 * ```
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Raster {
  const { height, width, bits } = header;
  if (header.isRunLength) return fromIndices(header, expandRuns(bytes, header), width);
  const stride = 4 * Math.ceil((width * bits) / 32);
  const rows = bytes.subarray(header.start);
  // The padding after the last row may be missing.
  const needed = stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (rows.length < needed)
    throw new BmpError(`the file has only ${rows.length} of ${needed} bytes of pixels`);
  if (bits > 8) return fromColors(header, rows, stride);
  return fromIndices(
    header,
    bits === 8 ? rows : unpack(rows, header, stride),
    bits === 8 ? stride : width,
  );
}

/** Unpacks palette indices to one byte each, without padding. */
function unpack(rows: Uint8Array, { height, width, bits }: BmpHeader, stride: number): Uint8Array {
  const indices = new Uint8Array(height * width);
  const perByte = 8 / bits;
  const most = 2 ** bits - 1;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const byte = rows[y * stride + Math.floor(x / perByte)]!;
      indices[to] = (byte >> (8 - bits * ((x % perByte) + 1))) & most;
    }
  }
  return indices;
}

function fromIndices(header: BmpHeader, indices: Uint8Array, stride: number): Raster {
  const { height, width, palette } = header;
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = rowOf(header, y) * stride;
    for (let x = 0; x < width; x++, to += 3) {
      const from = 3 * indices[row + x]!;
      if (from >= palette.length)
        throw new BmpError(
          `a pixel has color ${from / 3}, but the palette has ${palette.length / 3} colors`,
        );
      data[to] = palette[from]!;
      data[to + 1] = palette[from + 1]!;
      data[to + 2] = palette[from + 2]!;
    }
  }
  return { data, channels: 3, height, width };
}

function fromColors(header: BmpHeader, rows: Uint8Array, stride: number): Raster {
  const { height, width, bits, masks } = header;
  const bytes = bits / 8;
  const channels = masks[3].most > 0 ? 4 : 3;
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    let from = rowOf(header, y) * stride;
    for (let x = 0; x < width; x++, from += bytes) {
      let value = 0;
      for (let k = bytes - 1; k >= 0; k--) value = value * 256 + rows[from + k]!;
      for (let c = 0; c < channels; c++, to++) {
        const { shift, most } = masks[c]!;
        // The result is rounded down, as in Pillow.
        data[to] = Math.floor(((((value >>> shift) & most) >>> 0) * 255) / most);
      }
    }
  }
  // Many programs write an alpha channel of zeros and mean an opaque picture.
  if (channels === 4 && isAllZero(data)) for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { data, channels, height, width };
}

function isAllZero(data: Uint8Array): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) return false;
  return true;
}

/** Index of the row in the file that is row `y` from the top of the picture. */
const rowOf = ({ isTopDown, height }: BmpHeader, y: number): number =>
  isTopDown ? y : height - 1 - y;
