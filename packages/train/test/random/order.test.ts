import { expect, test } from 'vitest';
import { balancedOrder } from '../../src/index';

test('a balanced order of a million labels draws every class as often, each sample once before any comes again', () => {
  // Nine of ten are of class 0.
  const labels = Int32Array.from({ length: 1e6 }, (_, index) => (index % 10 === 0 ? 1 : 0));
  const order = balancedOrder(labels, 7);
  const times = new Uint8Array(labels.length);
  const counts = [0, 0];
  for (const index of order) {
    times[index]! += 1;
    counts[labels[index]!]! += 1;
  }
  expect(counts).toEqual([5e5, 5e5]);
  const found = { rare: new Set<number>(), common: new Set<number>() };
  times.forEach((count, index) => {
    (labels[index] === 1 ? found.rare : found.common).add(count);
  });
  expect([...found.rare]).toEqual([5]);
  expect([...found.common].sort()).toEqual([0, 1]);
});
