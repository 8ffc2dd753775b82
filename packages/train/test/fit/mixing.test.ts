import { describe, expect, test } from 'vitest';
import { drawBeta } from '../../src/fit/mixing';
import { balancedOrder, mix } from '../../src/index';

const labels = [0, 1, 2, 0];

describe('mixup', () => {
  test('blends samples and labels by the same share', () => {
    // One number each: the label's class as a number, so that the blend tells what was blended.
    const rows = Float32Array.from([0, 10, 20, 0]);
    const { rows: blended, targets } = mix(rows, [1], labels, 3, { kind: 'mixup', alpha: 1 }, 5);
    for (let row = 0; row < 4; row++) {
      const shares = Array.from(targets.subarray(row * 3, row * 3 + 3));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(blended[row]).toBeCloseTo(10 * shares[1]! + 20 * shares[2]!, 5);
    }
    expect(Array.from(rows)).toEqual([0, 10, 20, 0]);
    expect(mix(rows, [1], labels, 3, { kind: 'mixup', alpha: 1 }, 5).rows).toEqual(blended);
    expect(mix(rows, [1], labels, 3, { kind: 'mixup', alpha: 1 }, 6).rows).not.toEqual(blended);
  });
});

describe('cutmix', () => {
  test('takes a rectangle from another sample, and labels by its area', () => {
    const [height, width, channels] = [4, 5, 2];
    const size = height * width * channels;
    const rows = Float32Array.from({ length: 4 * size }, (_, index) => Math.floor(index / size));
    let cuts = 0;
    for (let seed = 0; seed < 20; seed++) {
      const how = { kind: 'cutmix', alpha: 1 } as const;
      const mixture = mix(rows, [height, width, channels], [0, 1, 2, 3], 4, how, seed);
      for (let row = 0; row < 4; row++) {
        const own = mixture.rows.subarray(row * size, (row + 1) * size).filter(v => v === row);
        const share = mixture.targets[row * 4 + row]!;
        expect(share).toBeCloseTo(own.length / size, 5);
        if (share > 0 && share < 1) cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThan(20);
    expect(() => mix(rows, [40], labels, 4, { kind: 'cutmix', alpha: 1 }, 0)).toThrow(
      /cutmix needs feature maps.*Try mixup/,
    );
  });
});

test.each([0.2, 1, 3])('shares come from Beta(%f, %f)', alpha => {
  const draws = Array.from({ length: 20_000 }, (_, seed) => drawBeta(alpha, seed));
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(0.5, 1.7);
  // alpha^2 / ((2 alpha)^2 (2 alpha + 1))
  expect(Math.abs(variance * 4 * (2 * alpha + 1) - 1)).toBeLessThan(0.05);
  expect(() => drawBeta(0, 1)).toThrow(/above 0, not 0/);
});

test('a balanced order gives every class as many places, and every sample of a class before any again', () => {
  const many = Int32Array.from({ length: 100 }, (_, index) =>
    index < 80 ? 0 : index < 95 ? 1 : 2,
  );
  const order = balancedOrder(many, 3);
  expect(order).toHaveLength(100);
  const counts = [0, 1, 2].map(label => order.filter(index => many[index] === label).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  const rare = Array.from(order.filter(index => many[index] === 2));
  for (let start = 0; start + 5 <= rare.length; start += 5)
    expect(new Set(rare.slice(start, start + 5)).size).toBe(5);
  expect(balancedOrder(many, 3)).toEqual(order);
  expect(balancedOrder(many, 4)).not.toEqual(order);
});
