import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../src/pictures';
import { photo, plain } from './figures';

describe('a PNG', () => {
  test('is read back by sharp to the byte, whatever the picture', async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), fc.nat(999), async ([height, width], smooth, salt) => {
        const picture = smooth
          ? plain(height, width, [salt % 256, 7, 250])
          : photo(salt, height, width);
        const { data, info } = await sharp(await encodePng(picture))
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect([info.height, info.width, info.channels]).toEqual([height, width, 3]);
        expect(new Uint8Array(data)).toEqual(picture.data);
      }),
      { numRuns: 40 },
    );
  });

  test('of a smooth picture is far smaller than its pixels', async () => {
    const [height, width] = [64, 64];
    const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i / 3) % width);
    const picture = { data, height, width };
    expect((await encodePng(picture)).length).toBeLessThan(data.length / 20);
    const { data: back } = await sharp(await encodePng(picture))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(new Uint8Array(back)).toEqual(data);
  });

  test('of another number of bytes than the size says is refused', async () => {
    const picture = { data: new Uint8Array(5), height: 1, width: 2 };
    await expect(encodePng(picture)).rejects.toThrow(
      /1 x 2 pixels should be 6 bytes of RGB.*it has 5/,
    );
  });
});
