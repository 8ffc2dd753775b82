import { expect, test } from 'vitest';
import { niceTicks } from '../../src/index';

test('ticks of an axis are round, four or five, and cover the range', () => {
  expect(niceTicks(0, 0.9)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(niceTicks(0, 7)).toEqual([0, 2, 4, 6, 8]);
  expect(niceTicks(0, 10)).toEqual([0, 2.5, 5, 7.5, 10]);
  expect(niceTicks(0, 4000)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(niceTicks(2, 3)).toEqual([2, 2.25, 2.5, 2.75, 3]);
  // 3 * 0.1 is a little more than 0.3, and asks for no tick more.
  expect(niceTicks(0, 3 * 0.1)).toHaveLength(4);
});

test('an empty range has one tick', () => {
  expect(niceTicks(5, 5)).toEqual([5]);
});
