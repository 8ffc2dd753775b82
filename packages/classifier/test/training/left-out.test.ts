import '@tensorflow/tfjs-backend-cpu';
import { randomStream } from '@shroom/data';
import type { FeatureSet } from '@shroom/train';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { shareOfLeftOut } from '../../src/training/left-out';
import { fitNovelty, noveltyOf } from '../../src/training/novelty';

beforeAll(() => setBackend('cpu'));

const channels = 4;

/** Features of photos that lie near the direction of their class. */
function photos(name: string, perClass: number, directions: readonly (readonly number[])[]) {
  const stream = randomStream('left out', name);
  const labels = directions.flatMap((_, label) => Array<number>(perClass).fill(label));
  const values = labels.flatMap(label =>
    directions[label]!.map(value => value + stream.between(-0.1, 0.1)),
  );
  return { values: Float32Array.from(values), labels: Int32Array.from(labels), views: 1, channels };
}

const partsOf = (directions: readonly (readonly number[])[]) => ({
  train: photos('train', 30, directions),
  validation: photos('validation', 20, directions),
  test: photos('test', 10, directions),
});

/** The photos of a set whose class is selected by `keep`. */
function only({ values, labels }: FeatureSet, keep: (label: number) => boolean): FeatureSet {
  const rows = [...labels.keys()].filter(row => keep(labels[row]!));
  return {
    ...{ views: 1, channels },
    values: Float32Array.from(
      rows.flatMap(row => [...values.subarray(row * channels, (row + 1) * channels)]),
    ),
    labels: Int32Array.from(rows, row => labels[row]!),
  };
}

test('a left-out class is recognized as unknown if it looks like no other, but not if it has a twin', async () => {
  const twin = [1, 0, 0, 0];
  const before = memory().numTensors;
  const shares = await shareOfLeftOut(partsOf([twin, twin, [0, 0, 1, 0]]), 3);
  expect(memory().numTensors).toBe(before);
  expect(shares[0]).toBeLessThan(0.2);
  expect(shares[1]).toBeLessThan(0.2);
  expect(shares[2]).toBe(1);
});

test('the shares equal those of a detector that is fitted without the class', async () => {
  const parts = partsOf([
    [1, 0, 0, 0.2],
    [1, 0.2, 0, 0],
    [0.9, 0.1, 0.2, 0],
  ]);
  const shares = await shareOfLeftOut(parts, 3);
  for (const [label, share] of shares.entries()) {
    const others = (set: FeatureSet) => only(set, each => each !== label);
    const novelty = noveltyOf(fitNovelty(others(parts.train), others(parts.validation)));
    const own = Object.values(parts).flatMap(set => [
      ...novelty.score(only(set, each => each === label).values),
    ]);
    const flagged = own.filter(score => score > novelty.threshold).length / own.length;
    expect(Math.abs(share - flagged)).toBeLessThanOrEqual(1 / own.length);
  }
  expect(new Set(shares).size).toBeGreaterThan(1);
});

test('a class without photos, and the only class of a set, have no share', async () => {
  const parts = partsOf([[1, 0, 0, 0]]);
  expect(await shareOfLeftOut(parts, 2)).toEqual([Number.NaN, Number.NaN]);
});
