import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { resizeByNumbers } from '../../../pixels/src/resize';
import { centerCrop, type Framing, frame, resize } from '../../src/index';
import { decode, readPixels } from '../../src/node/index';
import { jpeg, picture } from '../figures';

type Figure = Framing & { readonly from: [number, number]; readonly sha256: string };

/** What timm's evaluation transform gives with Pillow: see tools/reference/framing.py. */
const figures: Figure[] = JSON.parse(
  readFileSync(new URL('../reference/framing.json', import.meta.url), 'utf8'),
);
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('framing', () => {
  test.each(figures)(
    'a picture of $from by $resize, $interpolation and $cropFraction to $size has the bytes of timm',
    figure => {
      expect(sha256(frame(picture(...figure.from), figure).data)).toBe(figure.sha256);
    },
  );

  test('is the same with and without vectors', () => {
    for (const [height, width] of [
      [50, 70],
      [7, 300],
      [200, 13],
    ] as const) {
      const pixels = picture(height, width);
      const size = [31, 29] as const;
      const extent = [height, width] as const;
      expect(resize(pixels, size, extent, 'bicubic')).toEqual(
        resizeByNumbers(pixels, size, extent, 'bicubic'),
      );
    }
  });

  test('is applied whole when a file is decoded', async () => {
    const framing: Framing = {
      size: [32, 32],
      resize: 'crop',
      cropFraction: 0.8,
      interpolation: 'bicubic',
    };
    const whole = await readPixels({ kind: 'file', path: jpegPath }, undefined);
    expect(await decode(jpeg, framing)).toEqual(frame(whole, framing));
  });

  test('reaches very tall and very wide pictures', async () => {
    for (const [height, width] of [
      [20000, 1080],
      [1080, 20000],
      [3, 30000],
    ] as const) {
      const create = { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } as const;
      for (const file of [
        await sharp({ create }).png().toBuffer(),
        await sharp({ create }).jpeg().toBuffer(),
      ]) {
        const { data } = await decode(file, [96, 96]);
        expect(
          data.every((value, index) => Math.abs(value - [200, 100, 50][index % 3]!) <= 2),
        ).toBe(true);
      }
    }
  });

  test.each([
    { resize: 'shortest' },
    { resize: undefined },
    { interpolation: 'lanczos' },
    { cropFraction: 0 },
    { cropFraction: 1.1 },
    { cropFraction: Number.NaN },
    { size: 24 },
    { size: [24] },
    { size: [24, 0] },
    { size: [24.5, 24] },
  ])('is refused with %o', wrong => {
    const right = { size: [24, 24], resize: 'crop', cropFraction: 1, interpolation: 'bilinear' };
    const framing = { ...right, ...wrong } as unknown as Framing;
    expect(() => frame(picture(30, 40), framing)).toThrow(RangeError);
    const [name] = Object.keys(wrong);
    expect(() => frame(picture(30, 40), framing)).toThrow(new RegExp(`^${name} should be`));
  });

  test('of a smaller picture has a black border, its odd pixel after, as in torchvision', () => {
    const { data } = centerCrop({ data: new Uint8Array(3).fill(9), height: 1, width: 1 }, [4, 1]);
    expect(Array.from(data.filter((_, index) => index % 3 === 0))).toEqual([0, 9, 0, 0]);
  });

  test('refuses sizes that are none', async () => {
    await expect(decode(jpeg, [0, 96])).rejects.toThrow(RangeError);
    expect(() => resize(picture(4, 4), [2.5, 4])).toThrow(/integers of at least 1/);
    const framing: Framing = {
      size: [32, 32],
      resize: 'crop',
      cropFraction: 0,
      interpolation: 'bilinear',
    };
    expect(() => frame(picture(4, 4), framing)).toThrow(/cropFraction/);
  });
});

const jpegPath = new URL('../reference/waves.jpg', import.meta.url).pathname;
