import { expect, test } from 'vitest';
import { firstOdd } from '../../src/features/feature-requirements';

test('negative, tiny and large numbers are finite', () => {
  expect(firstOdd(Float32Array.of(-0, -3, 1e-45, 3.4e38, -3.4e38))).toBe(-1);
  expect(firstOdd(new Float32Array(0))).toBe(-1);
  expect(firstOdd([0.5, -2])).toBe(-1);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'the first place of %d is found',
  value => {
    for (const place of [0, 4, 9]) {
      const values = new Float32Array(11).fill(-2);
      values[place] = value;
      values[10] = Number.NaN;
      expect(firstOdd(values)).toBe(place);
      expect(firstOdd([...values])).toBe(place);
    }
  },
);
