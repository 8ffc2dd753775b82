import { describe, expect, test } from 'vitest';
import {
  BmpError,
  decodeBmp,
  isBmp,
  isTransparent,
  readBmpHeader,
  toPixels,
} from '../../src/index';
import { bitmaps, decoded } from '../figures';

const fileOf = (name: string) => decoded(bitmaps.find(bitmap => bitmap.name === name)!.file);
const decode = (file: Uint8Array) => decodeBmp(file, readBmpHeader(file));

test.each(bitmaps)('$name: the bytes of Pillow', ({ name, file, pixels }) => {
  expect(isBmp(decoded(file))).toBe(true);
  const raster = decode(decoded(file));
  expect(toPixels(raster)).toEqual({ data: decoded(pixels), height: 7, width: 13 });
  expect(isTransparent(raster)).toBe(/alpha/.test(name));
});

test('whose alpha is 0 everywhere is opaque, as the programs that write it mean', () => {
  const file = fileOf('32 bits, masks and alpha').slice();
  for (let at = 14 + 56 + 3; at < file.length; at += 4) file[at] = 0;
  const { data } = toPixels(decode(file));
  expect(Array.from(data.subarray(0, 3))).toEqual(
    Array.from(file.subarray(file.length - 4 * 13, file.length - 4 * 13 + 3)).reverse(),
  );
});

describe('is refused in words', () => {
  const changed = (name: string, at: number, ...bytes: number[]) => {
    const file = fileOf(name).slice();
    file.set(bytes, at);
    return file;
  };
  test.each<[string, Uint8Array, RegExp]>([
    [
      'cut in its rows',
      fileOf('24 bits').slice(0, -20),
      /the file has only 260 of 279 bytes of pixels/,
    ],
    ['cut in its header', fileOf('24 bits').slice(0, 30), /the header is cut short/],
    ['with another header', changed('24 bits', 14, 41), /a header has 41 bytes/],
    ['of no width', changed('24 bits', 18, 0), /0 x 7 pixels/],
    ['of 2 bits', changed('24 bits', 28, 2), /2 bits per pixel with coding 0/],
    ['with a JPEG inside', changed('24 bits', 30, 4), /contains a JPEG, which cannot be read/],
    ['with runs of 24 bits', changed('24 bits', 30, 1), /24 bits per pixel with coding 1/],
    ['whose pixels begin nowhere', changed('24 bits', 11, 255), /pixels at byte 65334 of/],
    [
      'with a color too many',
      changed('8 bits of 3 colors', 70, 3),
      /a pixel has color 3, but the palette has 3 colors/,
    ],
    ['with masks that overlap', changed('16 bits, masks of 5, 6, 5', 55, 252), /overlap/],
    ['with a mask with gaps', changed('16 bits, masks of 5, 6, 5', 54, 5), /a mask has gaps/],
    ['with a run that is too long', changed('8 bits in runs', 1078, 14), /beyond the 13 pixels/],
    ['whose runs are cut', fileOf('8 bits in runs').slice(0, -4), /ends in row 7 of 7/],
  ])('%s', (_, file, message) => {
    const error = caught(() => decode(file));
    expect(error).toBeInstanceOf(BmpError);
    expect((error as Error).message).toMatch(message);
  });
});

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
