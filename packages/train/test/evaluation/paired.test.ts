import { expect, test } from 'vitest';
import { comparePaired } from '../../src/index';

/** Answers of two classifiers, of which both, the first, the second or none are right. */
function answers(both: number, onlyFirst: number, onlySecond: number, none: number) {
  const groups = [
    [both, true, true],
    [onlyFirst, true, false],
    [onlySecond, false, true],
    [none, false, false],
  ] as const;
  const of = (index: 1 | 2) => groups.flatMap(group => Array<boolean>(group[0]).fill(group[index]));
  return [of(1), of(2)] as const;
}

test("McNemar's test is the binomial test of those that one alone got right", () => {
  // 2 * (1 + 10 + 45) / 2^10
  const { onlyFirst, onlySecond, count, gain, p } = comparePaired(...answers(70, 2, 8, 20));
  expect([onlyFirst, onlySecond, count]).toEqual([2, 8, 100]);
  expect(p).toBeCloseTo(112 / 1024, 12);
  expect(gain.value).toBeCloseTo(0.06, 12);
  // The gain may be 0, so the interval contains it, as p is above 0.05.
  expect(gain.low).toBeLessThan(0);
  expect(gain.high).toBeGreaterThan(0.06);
});

test('the interval is that of Bonett and Price', () => {
  // Proportions (9 + 1) / 102 and (1 + 1) / 102: 8 / 102 ± 1.96 * sqrt((12 / 102 - (8 / 102)^2) / 102).
  const { gain, p } = comparePaired(...answers(60, 1, 9, 30));
  const half = 1.959964 * Math.sqrt((12 / 102 - (8 / 102) ** 2) / 102);
  expect(gain.low).toBeCloseTo(8 / 102 - half, 6);
  expect(gain.high).toBeCloseTo(8 / 102 + half, 6);
  expect(p).toBeCloseTo((2 * (1 + 10)) / 1024, 12);
});

test('is the same from the other side, with the opposite sign', () => {
  const [first, second] = answers(10, 7, 3, 5);
  const [there, back] = [comparePaired(first, second), comparePaired(second, first)];
  expect(back.p).toBe(there.p);
  expect(back.gain.value).toBe(-there.gain.value);
  expect(back.gain.low).toBeCloseTo(-there.gain.high, 12);
});

test('no difference has p = 1, and a large one does not overflow', () => {
  expect(comparePaired(...answers(5, 0, 0, 5)).p).toBe(1);
  expect(comparePaired(...answers(0, 4, 4, 0)).p).toBe(1);
  const { p } = comparePaired(...answers(0, 0, 3000, 0));
  expect(p).toBeLessThan(1e-100);
  expect(p).toBeGreaterThanOrEqual(0);
});

test('needs the same samples', () => {
  expect(() => comparePaired([], [])).toThrow(RangeError);
  expect(() => comparePaired([true], [true, false])).toThrow(/there are 1 and 2 answers/);
});
