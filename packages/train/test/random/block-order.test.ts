import { describe, expect, test } from 'vitest';
import { blockOrder, poolBounds } from '../../src/random/block-order';
import { permutation } from '../../src/random/order';

const sorted = (numbers: Int32Array) => Array.from(numbers).sort((a, b) => a - b);

describe('the order of blocks', () => {
  test.each([
    [1000, { run: 16, pool: 64 }],
    [1001, { run: 7, pool: 100 }],
    [5, { run: 8, pool: 8 }],
    [1, { run: 1, pool: 1 }],
  ])('has each of %i numbers once, with %o', (count, shuffle) => {
    const order = blockOrder(count, shuffle, 3);
    expect(sorted(order)).toEqual(Array.from({ length: count }, (_, place) => place));
    expect(blockOrder(count, shuffle, 3)).toEqual(order);
    if (count > 5) expect(blockOrder(count, shuffle, 4)).not.toEqual(order);
  });

  test('of single numbers is the full shuffle, whatever the pool', () => {
    for (const pool of [1, 64, 5000])
      expect(blockOrder(1000, { run: 1, pool }, 8)).toEqual(permutation(1000, 8));
  });

  test('takes the numbers of a pool from whole runs, and mixes them', () => {
    const order = blockOrder(1024, { run: 16, pool: 128 }, 1);
    for (const [start, end] of poolBounds(1024, 128)) {
      const own = order.slice(start, end);
      const runs = new Set(own.map(place => Math.floor(place / 16)));
      expect(runs.size).toBe(8);
      const neighbors = own.filter((place, index) => place - own[index - 1]! === 1);
      expect(neighbors.length).toBeLessThan(16);
    }
  });
});
