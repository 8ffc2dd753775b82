import { expect, test } from 'vitest';
import { fitNovelty, noveltyOf } from '../../src/training/novelty';

/** Features of photos along one direction, with small offsets to the side. */
const along = (count: number, direction: readonly [number, number]) => ({
  values: Float32Array.from({ length: 2 * count }, (_, i) => direction[i % 2]! + 0.001 * i),
  labels: new Int32Array(count),
  views: 1,
  channels: 2,
});

test('photos like those that were trained on are known, others are not', () => {
  const stored = fitNovelty(along(30, [1, 0]), along(20, [1, 0]));
  const novelty = noveltyOf(stored);
  const [same, other] = novelty.score(Float32Array.of(1, 0.01, 0, 1));
  expect(same).toBeLessThanOrEqual(novelty.threshold);
  expect(other).toBeGreaterThan(novelty.threshold);
});

test('large sets of photos are thinned out', () => {
  const { tensors } = fitNovelty(along(5000, [1, 0]), along(20, [1, 0]));
  expect(tensors.get('features')!.shape).toEqual([4000, 2]);
});
