import { expect, test } from 'vitest';
import { bitmaps, decoded } from '../../../pixels/test/figures';
import { check, DecodeError, decode, decodeWhole, decodeWithin } from '../../src/node/index';

const fileOf = (name: string) => decoded(bitmaps.find(bitmap => bitmap.name === name)!.file);

test.each(bitmaps)('$name: the bytes of Pillow', async ({ name, file, pixels }) => {
  const found = await decodeWhole(decoded(file));
  expect(found).toEqual({ data: decoded(pixels), height: 7, width: 13 });
  expect(await decode(decoded(file), [7, 13])).toEqual(found);
  expect(await check(decoded(file))).toEqual(
    /alpha/.test(name) ? ['transparent, shown on the background'] : [],
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

test('a damaged one is refused as every damaged file is', async () => {
  const file = fileOf('24 bits').slice(0, -20);
  for (const way of [() => decodeWhole(file), () => decode(file, [2, 2]), () => check(file)]) {
    const error = await way().catch((error: Error) => error);
    expect(error).toBeInstanceOf(DecodeError);
    expect((error as Error).message).toBe(
      'cannot be read as BMP: the file has only 260 of 279 bytes of pixels',
    );
  }
});

test('one of more pixels than allowed, before memory is taken for it', async () => {
  const huge = fileOf('8 bits in runs').slice();
  huge.set([255, 255, 0, 0, 255, 255, 0, 0], 18);
  await expect(decodeWhole(huge)).rejects.toThrow('more than the 179 megapixels');
  const allowed = { mostPixels: 90 };
  await expect(decodeWhole(fileOf('24 bits'), allowed)).rejects.toThrow(
    'more than the 0.00009 megapixels that the option mostPixels allows',
  );
  expect(await decodeWhole(fileOf('24 bits'), { mostPixels: 91 })).toBeDefined();
});
