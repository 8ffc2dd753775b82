import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augment, normalize } from '../src/index';
import { normalizeView } from '../src/normalized-view';
import { picture } from './figures';

const sides = fc.integer({ min: 1, max: 120 });

test('a view that is normalized in one go has the numbers of both steps', () => {
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
    fc.property(sides, sides, how, view, (height, width, normalization, turned) => {
      const pixels = picture(height, width);
      const numbers = new Float32Array(pixels.data.length + 4);
      normalizeView(pixels, turned, normalization, numbers, 3);
      const both = new Float32Array(pixels.data.length + 4);
      normalize(augment(pixels, turned), normalization, both, 3);
      expect(numbers).toEqual(both);
    }),
  );
});
