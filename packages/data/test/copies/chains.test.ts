import { describe, expect, test } from 'vitest';
import { groupCopies } from '../../src/index';

const alone = (count: number) => Array<number>(count).fill(1);

describe('groups of copies', () => {
  test('are what pairs connect', () => {
    const pairs = [
      { a: 0, b: 4, likeness: 0.9 },
      { a: 4, b: 5, likeness: 0.9 },
      { a: 2, b: 3, likeness: 0.9 },
    ];
    expect(groupCopies(alone(100), pairs)).toEqual({
      groups: [
        [0, 4, 5],
        [2, 3],
      ],
      cut: [],
    });
  });

  test('a chain through more than 5 % of the set is cut at its weakest pairs', () => {
    // 0 - 1 - 2 - 3 = 4 - 5 - 6 - 7, weak in the middle; at most five of a hundred may be together.
    const chain = [0.95, 0.94, 0.93, 0.83, 0.96, 0.97, 0.98].map((likeness, a) => ({
      a,
      b: a + 1,
      likeness,
    }));
    expect(groupCopies(alone(100), chain)).toEqual({
      groups: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
      cut: [{ a: 3, b: 4, likeness: 0.83 }],
    });
    expect(groupCopies(alone(160), chain).cut).toEqual([]);
  });

  test('no chain is longer, however long it was, and each cut is told', () => {
    const chain = Array.from({ length: 99 }, (_, a) => ({ a, b: a + 1, likeness: 0.9 }));
    const { groups, cut } = groupCopies(alone(200), chain);
    expect(Math.max(...groups.map(({ length }) => length))).toBeLessThanOrEqual(10);
    const homes = new Map(groups.flatMap((group, home) => group.map(photo => [photo, home])));
    const torn = chain.filter(({ a, b }) => homes.get(a) !== homes.get(b) || !homes.has(a));
    expect(cut).toEqual(torn);
    expect(cut.length).toBeGreaterThanOrEqual(9);
  });

  test('copies of one photo are no chain, where they are few; the same bytes are never torn apart', () => {
    const star = Array.from({ length: 10 }, (_, k) => ({ a: 0, b: k + 1, likeness: 0.9 }));
    expect(groupCopies(alone(40), star)).toEqual({
      groups: [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      cut: [],
    });
    // Photo 0 is in 30 files.
    const { groups, cut } = groupCopies([30, ...alone(10)], star);
    expect(groups).toEqual([]);
    expect(cut).toHaveLength(10);
  });
});
