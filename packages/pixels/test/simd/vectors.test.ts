import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasVectors, resize } from '../../src/index';
import { resizeByNumbers } from '../../src/resize';
import { decoded, figures, picture } from '../figures';

const sides = fc.integer({ min: 1, max: 120 });

test('there are vector instructions where tests run', () => {
  expect(hasVectors()).toBe(true);
});

test('resizing by vectors gives the bytes that it gives without, whole pictures and parts', () => {
  const rest = fc.double({ min: 0, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(sides, sides, sides, sides, rest, (height, width, toHeight, toWidth, less) => {
      const pixels = picture(height, width);
      const extent = [height - less, width - less] as const;
      const byVectors = resize(pixels, [toHeight, toWidth], extent);
      expect(byVectors).toEqual(resizeByNumbers(pixels, [toHeight, toWidth], extent));
    }),
  );
  // Rows that come in several bands.
  const large = picture(700, 900);
  expect(resize(large, [33, 44])).toEqual(resizeByNumbers(large, [33, 44], [700, 900]));
});

test.each<{ from: [number, number]; size: [number, number]; pixels: string }>(figures.resize)(
  'resizing $from to $size gives the bytes of Pillow',
  ({ from, size, pixels }) => {
    expect(resize(picture(...from), size).data).toEqual(decoded(pixels));
  },
);
