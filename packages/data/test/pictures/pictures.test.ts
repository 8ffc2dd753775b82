import { decodeJpeg, turnUpright } from '@shroom/pixels';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Color, type Pixels, pixelsVersion } from '../../src/index';
import { readDimensions } from '../../src/node/decode';
import { check, DecodeError, decode, decodeWhole, decodeWithin } from '../../src/node/index';
import { difference, picture } from '../figures';
import {
  chunk,
  exif,
  exifSegment,
  packedText,
  rawProfile,
  text,
  withChunks,
  withSegments,
  xmp,
  xmpSegment,
  xmpText,
} from './chunks';

const raw = ({ data, height, width }: Pixels) =>
  sharp(data, { raw: { height, width, channels: 3 } });

/** Left to right alpha 0, 85, 170, 255; of one color. */
const color: Color = [200, 40, 90];
const alphas = [0, 85, 170, 255];
const clear = (channels: 2 | 4 = 4) =>
  sharp(
    Uint8Array.from(
      alphas.flatMap(alpha => (channels === 4 ? [...color, alpha] : [color[0], alpha])),
    ),
    { raw: { width: 4, height: 1, channels } },
  );
const laidOn = (background: Color, own: Color = color) =>
  alphas.flatMap(alpha =>
    own.map((value, c) => Math.round((value * alpha + background[c]! * (255 - alpha)) / 255)),
  );

describe('what is transparent', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['PNG', () => clear().png().toBuffer()],
    ['WebP', () => clear().webp({ lossless: true, exact: true }).toBuffer()],
    ['TIFF', () => clear().tiff({ compression: 'lzw' }).toBuffer()],
  ])('is laid on white, or on what is asked for: %s', async (_, make) => {
    const file = await make();
    expect(Array.from((await decodeWhole(file)).data)).toEqual(laidOn([255, 255, 255]));
    for (const background of [
      [0, 0, 0],
      [10, 250, 128],
    ] as const) {
      const expected = laidOn(background);
      expect(Array.from((await decodeWhole(file, { background })).data)).toEqual(expected);
      expect(Array.from((await decode(file, [1, 4], { background })).data)).toEqual(expected);
      expect(Array.from((await decodeWithin(file, 9, { background })).data)).toEqual(expected);
    }
    expect(await check(file)).toEqual(['transparent, shown on the background']);
  });

  test('may be gray, or one color of a palette', async () => {
    const gray = await clear(2).toColorspace('b-w').png().toBuffer();
    const onWhite = laidOn([255, 255, 255], [color[0], color[0], color[0]]);
    expect(Array.from((await decodeWhole(gray)).data)).toEqual(onWhite);
    const gif = await sharp(Uint8Array.from([9, 9, 9, 255, 0, 0, 0, 0]), {
      raw: { width: 2, height: 1, channels: 4 },
    })
      .gif()
      .toBuffer();
    expect(Array.from((await decodeWhole(gif)).data)).toEqual([9, 9, 9, 255, 255, 255]);
  });

  test('is told from a channel that is all opaque', async () => {
    const file = await raw(picture(5, 6)).ensureAlpha().png().toBuffer();
    expect((await sharp(file).metadata()).hasAlpha).toBe(true);
    expect(await check(file)).toEqual([]);
    expect((await decodeWhole(file)).data).toEqual(picture(5, 6).data);
  });

  test.each([[[0, 0]], [[0, 0, 256]], [[0.5, 0, 0]]])('on %j is refused', async background => {
    const options = { background: background as unknown as Color };
    await expect(decodeWhole(await clear().png().toBuffer(), options)).rejects.toThrow(RangeError);
  });
});

describe('a PNG is turned upright', () => {
  const upright = picture(6, 9);
  /** As sharp turns a JPEG's pixels, which has tests of its own. */
  const turned = async (orientation: number): Promise<Pixels> => {
    const file = await raw(upright)
      .withMetadata({ orientation })
      .tiff({ compression: 'lzw' })
      .toBuffer();
    const { data, info } = await sharp(file, { autoOrient: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data: new Uint8Array(data), height: info.height, width: info.width };
  };
  const png = () => raw(upright).png().toBuffer();

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('by its chunk of EXIF data, %i', async orientation => {
    const file = withChunks(await png(), chunk('eXIf', exif(orientation)));
    const expected = await turned(orientation);
    expect(await decodeWhole(file)).toEqual(expected);
    expect(await decodeWithin(file, 20)).toEqual(expected);
    const { height, width } = expected;
    expect(await readDimensions(file)).toEqual({ height, width, format: 'png' });
    expect(await check(file)).toEqual(orientation === 1 ? [] : ['rotated by EXIF']);
  });

  test.each<[string, Buffer[]]>([
    ['a text with EXIF data', [text('Raw profile type exif', rawProfile(exif(6)))]],
    [
      'one with its name',
      [
        text(
          'Raw profile type APP1',
          rawProfile(Buffer.concat([Buffer.from('Exif\0\0'), exif(6, 'II')])),
        ),
      ],
    ],
    ['a packed text', [packedText('Raw profile type exif', rawProfile(exif(6)))]],
    ['XMP', [xmp(6)]],
    ['packed XMP', [xmp(6, true)]],
    [
      'EXIF data that comes after other words',
      [xmp(3), text('Raw profile type exif', rawProfile(exif(8))), chunk('eXIf', exif(6))],
    ],
    ['a text that comes after XMP', [xmp(3), text('Raw profile type exif', rawProfile(exif(6)))]],
  ])('by %s', async (_, chunks) => {
    const file = withChunks(await png(), ...chunks);
    expect(await decodeWhole(file)).toEqual(await turned(6));
    expect(await check(file)).toEqual(['rotated by EXIF']);
  });

  test.each<[string, Buffer[]]>([
    ['an orientation of 9', [chunk('eXIf', exif(9))]],
    ['EXIF data that is cut', [chunk('eXIf', exif(6).subarray(0, 12))]],
    [
      'text that cannot be unpacked',
      [chunk('zTXt', Buffer.from('Raw profile type exif\0\0nothing'))],
    ],
    ['another text', [text('Comment', 'tiff:Orientation="6"')]],
  ])('and left as it is with %s', async (_, chunks) => {
    const file = withChunks(await png(), ...chunks);
    expect(await decodeWhole(file)).toEqual(upright);
    expect(await check(file)).toEqual([]);
  });

  test('by a text that unpacks to a gigabyte, without unpacking it', async () => {
    const bomb = packedText('Raw profile type exif', rawProfile(exif(6)) + ' '.repeat(2 ** 26));
    const before = process.memoryUsage().rss;
    expect(await decodeWhole(withChunks(await png(), bomb))).toEqual(await turned(6));
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });
});

describe('what says how it is turned in XMP alone', () => {
  const shown = picture(30, 44);
  const jpeg = (progressive: boolean) => raw(shown).jpeg({ progressive }).toBuffer();

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('is a JPEG turned as by EXIF data, %i', async orientation => {
    for (const progressive of [false, true]) {
      const plain = await jpeg(progressive);
      const byExif = withSegments(plain, exifSegment(orientation));
      for (const file of [
        withSegments(plain, xmpSegment(orientation)),
        // EXIF data counts where it has an orientation, in whichever order they come.
        withSegments(plain, xmpSegment(3), exifSegment(orientation)),
        withSegments(plain, exifSegment(orientation), xmpSegment(3)),
      ]) {
        const expected = await decodeWhole(byExif);
        expect(await decodeWhole(file)).toEqual(expected);
        expect(await decodeWithin(file, 20)).toEqual(await decodeWithin(byExif, 20));
        expect(await decode(file, [20, 10])).toEqual(await decode(byExif, [20, 10]));
        expect(await readDimensions(file)).toEqual(await readDimensions(byExif));
        expect(await check(file)).toEqual(orientation === 1 ? [] : ['rotated by EXIF']);
      }
    }
  });

  test('is a WebP as well', async () => {
    const file = await raw(shown).withXmp(xmpText(6)).webp({ lossless: true }).toBuffer();
    expect(await decodeWhole(file)).toEqual(turnUpright(shown, 6));
    expect(await readDimensions(file)).toEqual({ height: 44, width: 30, format: 'webp' });
  });
});

describe('one picture, several files', () => {
  /** Finer than a photograph is: on fifty of those the most was 2, and the mean below 0.18. */
  const large: Pixels = {
    height: 1211,
    width: 1530,
    data: Uint8Array.from({ length: 1211 * 1530 * 3 }, (_, index) => {
      const place = Math.floor(index / 3);
      const [y, x] = [Math.floor(place / 1530), place % 1530];
      return 128 + 90 * Math.sin(y / (7 + (index % 3) * 3) + x / 11) + ((x * 7919 + y * 31) % 17);
    }),
  };

  test(`gives the same pixels, ${pixelsVersion}: 3 of 255 apart at most, 0.5 in the mean`, async () => {
    const [baseline, progressive, profiled] = await Promise.all([
      raw(large).jpeg({ quality: 90 }).toBuffer(),
      raw(large).jpeg({ quality: 90, progressive: true }).toBuffer(),
      raw(large).withIccProfile('srgb').jpeg({ quality: 90 }).toBuffer(),
    ]);
    expect(decodeJpeg(progressive!)).toBeUndefined();
    const whole = await decodeWhole(baseline!);
    for (const other of [progressive!, profiled!])
      expect(apart((await decodeWhole(other)).data, whole.data).most).toBe(0);
    for (const size of [
      [900, 1000],
      [224, 224],
      [60, 97],
    ] as const) {
      const expected = await decode(baseline!, size);
      expect(apart((await decode(profiled!, size)).data, expected.data).most).toBe(0);
      const { most, mean } = apart((await decode(progressive!, size)).data, expected.data);
      expect(most).toBeLessThanOrEqual(3);
      expect(mean).toBeLessThan(0.5);
      // At five times the size or less both are Pillow's bytes.
      if (size[0] > 1211 / 5) expect(most).toBe(0);
    }
    expect(await check(profiled!)).toEqual([]);
  });

  test('with the colors of another profile are converted, and that is listed', async () => {
    const small = picture(40, 60);
    const p3 = raw(small).withIccProfile('p3');
    for (const file of await Promise.all([
      p3.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      p3.clone().png().toBuffer(),
      p3.clone().webp({ lossless: true }).toBuffer(),
    ])) {
      expect(await check(file)).toEqual(['color profile sP3C']);
      expect(difference((await decodeWhole(file)).data, small.data).mean).toBeLessThan(2);
    }
  });
});

function apart(a: Uint8Array, b: Uint8Array) {
  let [most, sum] = [0, 0];
  for (const [index, value] of a.entries()) {
    const distance = Math.abs(value - b[index]!);
    most = Math.max(most, distance);
    sum += distance;
  }
  return { most, mean: sum / a.length };
}

describe('limits', () => {
  test('the most pixels are the caller’s to lower, for every kind of file', async () => {
    const shown = raw(picture(30, 40));
    for (const file of await Promise.all([
      shown.clone().jpeg().toBuffer(),
      shown.clone().jpeg({ progressive: true }).toBuffer(),
      shown.clone().png().toBuffer(),
      shown.clone().webp().toBuffer(),
      shown.clone().gif().toBuffer(),
    ])) {
      const lowered = { mostPixels: 1199 };
      for (const work of [
        () => decode(file, [4, 4], lowered),
        () => decodeWhole(file, lowered),
        () => decodeWithin(file, 9, lowered),
        () => check(file, lowered),
        () => readDimensions(file, lowered),
        () =>
          decode(
            file,
            { size: [4, 4], resize: 'crop', cropFraction: 1, interpolation: 'bicubic' },
            lowered,
          ),
      ]) {
        const error = await work().catch((error: Error) => error);
        expect(error).toBeInstanceOf(DecodeError);
        expect((error as Error).message).toMatch(/more than the 0.0012 megapixels.*mostPixels/);
      }
      expect(await decodeWhole(file, { mostPixels: 1200 })).toMatchObject({ height: 30 });
    }
    await expect(decodeWhole(new Uint8Array(1), { mostPixels: 0 })).rejects.toThrow(RangeError);
  });

  test('no bytes are no picture, whoever reads them', async () => {
    for (const work of [decodeWhole, check, readDimensions] as const) {
      await expect(work(new Uint8Array())).rejects.toThrow(DecodeError);
      await expect(work(new Uint8Array())).rejects.toThrow('empty file');
    }
    await expect(decode(new Uint8Array(), [4, 4])).rejects.toThrow(DecodeError);
    await expect(decodeWithin(new Uint8Array(), 4)).rejects.toThrow(DecodeError);
  });

  test('a drawing is read only where that is asked for', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="4"><rect width="9" height="4" fill="red"/></svg>';
    for (const start of ['', '\ufeff', '<?xml version="1.0"?>\n<!-- a drawing -->\n']) {
      const file = Buffer.from(start + svg);
      for (const work of [decodeWhole, check, readDimensions] as const) {
        const error = await work(file).catch((error: Error) => error);
        expect(error).toMatchObject({ name: 'DecodeError', unread: 'an SVG drawing' });
      }
      const { data, height, width } = await decodeWhole(file, { svg: true });
      expect([height, width, ...data.subarray(0, 3)]).toEqual([4, 9, 255, 0, 0]);
    }
  });
});
