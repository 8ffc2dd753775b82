import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeJpeg, decodeJpegTo, type Pixels, resize } from '../../src/index';
import { decoded, figures, picture } from '../figures';

type How = Parameters<ReturnType<typeof sharp>['jpeg']>[0];
const raw = ({ data, height, width }: Pixels) =>
  sharp(data, { raw: { height, width, channels: 3 } });
const encode = (pixels: Pixels, how?: How): Promise<Buffer> => raw(pixels).jpeg(how).toBuffer();
/** By libjpeg-turbo. */
const expected = async (file: Uint8Array) => new Uint8Array(await sharp(file).raw().toBuffer());

/** Waves that a photograph could have: sharp edges and noise are the formula's. */
function waves(height: number, width: number): Pixels {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, index) => {
    const place = Math.floor(index / 3);
    const [y, x] = [Math.floor(place / width), place % width];
    return 128 + 90 * Math.sin(y / (7 + (index % 3) * 3) + x / 11) + ((x * 7919 + y * 31) % 17);
  });
  return { data, height, width };
}

describe('an ordinary JPEG', () => {
  test('is decoded to the bytes of libjpeg-turbo, whatever its size, quality and sampling', async () => {
    const sides = fc.integer({ min: 5, max: 70 });
    const how = fc.record({
      quality: fc.integer({ min: 1, max: 100 }),
      chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
      optimizeCoding: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sides, sides, fc.boolean(), how, async (height, width, smooth, options) => {
        const file = await encode(smooth ? waves(height, width) : picture(height, width), options);
        expect(decodeJpeg(file)).toEqual({ data: await expected(file), height, width });
      }),
      { numRuns: 60 },
    );
  });

  test.each<{ name: string; file: string; pixels: string }>(figures.decoding)(
    '$name is decoded to the bytes of Pillow',
    ({ file, pixels }) => {
      expect(decodeJpeg(decoded(file))!.data).toEqual(decoded(pixels));
    },
  );

  test('of at least five times the size is halved first, which hardly changes the result', async () => {
    for (const [height, width] of [
      [600, 800],
      [1003, 997],
      [514, 1999],
    ] as const) {
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const file = await encode(waves(height, width), { quality: 90, chromaSubsampling });
        const whole = decodeJpeg(file)!;
        for (const size of [
          [224, 200],
          [120, 160],
          [100, 97],
          [16, 20],
        ] as const) {
          const halved = height >= 5 * size[0] && width >= 5 * size[1];
          const exact = resize(whole, size).data;
          const apart = decodeJpegTo(file, size)!.data.map((value, index) =>
            Math.abs(value - exact[index]!),
          );
          const mean = apart.reduce((sum, each) => sum + each, 0) / apart.length;
          const most = apart.reduce((a, b) => Math.max(a, b), 0);
          expect(mean > 0).toBe(halved);
          expect(mean).toBeLessThan(0.7);
          expect(most).toBeLessThan(8);
        }
      }
    }
  });

  test('decoded to a size has the bytes of decoding and resizing, in a given or a new buffer', async () => {
    const sides = fc.integer({ min: 5, max: 200 });
    const parts = fc.double({ min: 0.01, max: 1.5, noNaN: true });
    const chroma = fc.constantFrom('4:2:0', '4:4:4');
    await fc.assert(
      fc.asyncProperty(
        sides,
        sides,
        parts,
        parts,
        chroma,
        async (height, width, y, x, sampling) => {
          const size = [Math.ceil(height * y), Math.ceil(width * x)] as const;
          const file = await encode(waves(height, width), { chromaSubsampling: sampling });
          const room = new Uint8Array(size[0] * size[1] * 3 + 1);
          const found = decodeJpegTo(file, size, { room })!;
          expect(found).toEqual(resize(decodeJpeg(file)!, size));
          expect(found.data.buffer).toBe(room.buffer);
          expect(decodeJpegTo(file, size)).toEqual(found);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('is left to the other decoder:', () => {
  const small = waves(20, 30);
  test.each<[string, () => Promise<Buffer>]>([
    ['a progressive JPEG', () => encode(small, { progressive: true })],
    ['gray', () => raw(small).toColorspace('b-w').jpeg().toBuffer()],
    ['CMYK', () => raw(small).toColorspace('cmyk').jpeg().toBuffer()],
    ['what EXIF turns', () => raw(small).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a color profile', () => raw(small).withIccProfile('p3').jpeg().toBuffer()],
    ['chroma of two columns', () => encode(waves(20, 4))],
    ['a PNG', () => raw(small).png().toBuffer()],
    ['nothing', async () => Buffer.alloc(0)],
  ])('%s', async (_, make) => {
    expect(decodeJpeg(await make())).toBeUndefined();
  });

  test('a file that is cut short, wherever', async () => {
    const file = await encode(small);
    for (let length = 0; length < file.length; length++) {
      expect(decodeJpeg(file.subarray(0, length))).toBeUndefined();
    }
    expect(decodeJpeg(file)).toBeDefined();
  });
});
