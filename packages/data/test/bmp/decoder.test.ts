import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mutate } from '../../fuzz/targets';
import { randomStream } from '../../src/index';
import { check, DecodeError, decode, decodeWhole, decodeWithin } from '../../src/node/index';
import { decoded } from '../figures';

interface Bitmap {
  readonly name: string;
  /** Base64. */
  readonly file: string;
  readonly pixels: string;
}

/** Files of every kind, and what Pillow reads: see tools/reference/bitmaps.py. */
const bitmaps: readonly Bitmap[] = JSON.parse(
  readFileSync(new URL('../reference/bitmaps.json', import.meta.url), 'utf8'),
);
const fileOf = (name: string) => decoded(bitmaps.find(bitmap => bitmap.name === name)!.file);

test.each(bitmaps)('$name: the bytes of Pillow', async ({ file, pixels }) => {
  const found = await decodeWhole(decoded(file));
  expect([found.height, found.width]).toEqual([7, 13]);
  expect(found.data).toEqual(decoded(pixels));
  expect(await decode(decoded(file), [7, 13])).toEqual(found);
  expect(await check(decoded(file))).toEqual(
    /alpha/.test(bitmaps.find(bitmap => bitmap.file === file)!.name)
      ? ['transparent, laid on the background']
      : [],
  );
});

test('is laid on another background where that is asked for, and fits into a square', async () => {
  const file = fileOf('32 bits, masks and alpha');
  const [onWhite, onBlack] = await Promise.all([
    decodeWhole(file),
    decodeWhole(file, { background: [0, 0, 0] }),
  ]);
  for (const [index, value] of onBlack.data.entries())
    expect(value).toBeLessThanOrEqual(onWhite.data[index]!);
  expect(onBlack.data).not.toEqual(onWhite.data);
  expect(await decodeWithin(file, 5)).toMatchObject({ height: 3, width: 5 });
  expect(await decodeWithin(file, 50)).toEqual(onWhite);
});

test('whose alpha is 0 everywhere is opaque, as such programs mean it', async () => {
  const file = fileOf('32 bits, masks and alpha').slice();
  for (let at = 14 + 56 + 3; at < file.length; at += 4) file[at] = 0;
  const { data } = await decodeWhole(file);
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
    ['cut in its rows', fileOf('24 bits').slice(0, -20), /cut short: 260 of 279 bytes of pixels/],
    ['cut in its header', fileOf('24 bits').slice(0, 30), /the header is cut short/],
    ['with another header', changed('24 bits', 14, 41), /a header of 41 bytes/],
    ['of no width', changed('24 bits', 18, 0), /0 x 7 pixels/],
    ['of 2 bits', changed('24 bits', 28, 2), /2 bits a pixel with coding 0/],
    ['with a JPEG inside', changed('24 bits', 30, 4), /a JPEG inside, which is not read/],
    ['with runs of 24 bits', changed('24 bits', 30, 1), /24 bits a pixel with coding 1/],
    ['whose pixels begin nowhere', changed('24 bits', 11, 255), /pixels at byte 65334 of/],
    ['with a colour too many', changed('8 bits of 3 colours', 70, 3), /colour 3 of a palette of 3/],
    ['with masks that overlap', changed('16 bits, masks of 5, 6, 5', 55, 252), /overlap/],
    ['with a mask with gaps', changed('16 bits, masks of 5, 6, 5', 54, 5), /a mask with gaps/],
    ['with a run that is too long', changed('8 bits in runs', 1078, 14), /beyond the 13 pixels/],
    ['whose runs are cut', fileOf('8 bits in runs').slice(0, -4), /cut short in row 7 of 7/],
  ])('%s', async (_, file, message) => {
    for (const way of [() => decodeWhole(file), () => decode(file, [2, 2]), () => check(file)]) {
      const error = await way().catch((error: Error) => error);
      expect(error).toBeInstanceOf(DecodeError);
      expect((error as Error).message).toMatch(message);
    }
  });

  test('one of more pixels than allowed, before memory is taken for it', async () => {
    const huge = changed('8 bits in runs', 18, 255, 255, 0, 0, 255, 255, 0, 0);
    await expect(decodeWhole(huge)).rejects.toThrow('more than 179 megapixels');
    const allowed = { mostPixels: 90 };
    await expect(decodeWhole(fileOf('24 bits'), allowed)).rejects.toThrow(
      'more than 0.00009 megapixels, which the option mostPixels allows',
    );
    expect(await decodeWhole(fileOf('24 bits'), { mostPixels: 91 })).toBeDefined();
  });

  test('or read, however it is damaged', async () => {
    let refused = 0;
    for (let index = 0; index < 3000; index++) {
      const random = randomStream('damaged bitmaps', index);
      const file = mutate(decoded(bitmaps[index % bitmaps.length]!.file), random);
      try {
        await decodeWhole(file, { mostPixels: 1e6 });
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});
