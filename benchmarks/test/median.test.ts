import { expect, test } from 'vitest';
import { intervalOfMedian } from '../runner/median';

test('the interval of a median holds for any distribution', () => {
  // With nine values the chance that the median is outside the second to the eighth is 2 * 10 / 512.
  expect(intervalOfMedian([9, 1, 8, 2, 7, 3, 6, 4, 5])).toEqual([2, 8]);
  expect(intervalOfMedian([3, 1, 2])).toEqual([1, 3]);
});
