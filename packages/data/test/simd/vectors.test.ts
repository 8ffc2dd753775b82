import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augment, normalise } from '../../src/index';
import { machine } from '../../src/simd/machine';
import { normaliseView } from '../../src/simd/view';
import { resize, resizeByNumbers } from '../../src/transforms/resize';
import { picture } from '../figures';

const sides = fc.integer({ min: 1, max: 120 });

test('there are vector instructions where tests run', () => {
  expect(machine()).toBeDefined();
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

test('a view that is normalised in one go has the numbers of both steps', () => {
  const how = fc.record({
    channelOrder: fc.constantFrom('RGB' as const, 'BGR' as const),
    scale: fc.constantFrom(1, 1 / 255),
    mean: fc.constant([0.485, 0.456, 0.406] as const),
    std: fc.constant([0.229, 0.224, 0.225] as const),
  });
  const view = fc.record({
    flipHorizontally: fc.boolean(),
    flipVertically: fc.boolean(),
    rotation: fc.oneof(fc.constant(0), fc.double({ min: -180, max: 180, noNaN: true })),
  });
  fc.assert(
    fc.property(sides, sides, how, view, (height, width, normalisation, turned) => {
      const pixels = picture(height, width);
      const numbers = new Float32Array(pixels.data.length + 4);
      normaliseView(pixels, turned, normalisation, numbers, 3);
      const both = new Float32Array(pixels.data.length + 4);
      normalise(augment(pixels, turned), normalisation, both, 3);
      expect(numbers).toEqual(both);
    }),
  );
});
