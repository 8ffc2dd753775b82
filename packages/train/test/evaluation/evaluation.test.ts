import { describe, expect, test } from 'vitest';
import {
  calibration,
  classDistance,
  crossValidate,
  energy,
  evaluate,
  type FeatureSet,
  hardest,
  nearestNeighbors,
  noveltyThreshold,
  rankingAreas,
  selectPhotos,
  topKAccuracy,
} from '../../src/index';

describe('what is wrong with the numbers is said', () => {
  test('of labels, probabilities and options', () => {
    expect(() => evaluate([0, 2], [1, 0, 0, 1], 2)).toThrow(/Label 1 is 2; .* 0 to 1/);
    expect(() => evaluate([0, 1], [1, 0, Number.NaN, 1], 2)).toThrow(/sample 1 for class 0/);
    expect(() => rankingAreas([], [], 2)).toThrow(/at least one row/);
    expect(() => topKAccuracy([0], [1, 0], 2, 0)).toThrow(/k is 0/);
    expect(() => calibration([0], [1, 0], 2, { bins: 0 })).toThrow(/bins is 0/);
  });
});

test('the hardest examples are those whose truth was most surprising', () => {
  const rows = [0.75, 0.25, 0.125, 0.875, 0.5, 0.5, 1, 0];
  const found = hardest([0, 0, 1, 1], rows, 2);
  expect(found.map(({ sample }) => sample)).toEqual([3, 1, 2, 0]);
  expect(found[1]).toEqual({
    sample: 1,
    truth: 0,
    predicted: 1,
    probability: 0.875,
    loss: Math.log(8),
  });
});

describe('the verdict on how sure it was', () => {
  // 100 answers at 0.9: were that true, 90 would be right, give or take two times 3.
  const verdict = (right: number, sure: number) => {
    const labels = Array.from({ length: 100 }, (_, sample) => (sample < right ? 0 : 1));
    const found = calibration(
      labels,
      labels.flatMap(() => [sure, 1 - sure]),
      2,
    );
    expect(found.accuracy).toBeCloseTo(right / 100, 12);
    return found.verdict;
  };

  test('goes by what as many answers of a calibrated classifier would show', () => {
    expect(verdict(83, 0.9)).toBe('too sure');
    expect([verdict(85, 0.9), verdict(90, 0.9), verdict(95, 0.9)]).toEqual(
      Array(3).fill('as sure as right'),
    );
    expect(verdict(97, 0.9)).toBe('not sure enough');
    expect([verdict(100, 1), verdict(99, 1)]).toEqual(['as sure as right', 'too sure']);
  });

  test('does not come of a single answer', () => {
    expect(calibration([1], [0.6, 0.4], 2).verdict).toBe('as sure as right');
  });
});

describe('cross-validation', () => {
  const labels = [0, 1, 0, 1, 0, 1];
  const folds = [
    [0, 1],
    [2, 3],
    [4, 5],
  ];

  test('evaluates every sample once, by a classifier that has not seen it', async () => {
    const seen: number[][] = [];
    const result = await crossValidate(labels, 2, folds, ({ fold, train, test: held }) => {
      seen.push([...train, -1, ...held]);
      // The last fold's classifier always says class 1.
      return Array.from(held).flatMap(sample =>
        fold < 2 && labels[sample] === 0 ? [0.75, 0.25] : [0.25, 0.75],
      );
    });
    expect(seen).toEqual([
      [2, 3, 4, 5, -1, 0, 1],
      [0, 1, 4, 5, -1, 2, 3],
      [0, 1, 2, 3, -1, 4, 5],
    ]);
    expect(result.folds.map(({ accuracy }) => accuracy)).toEqual([1, 1, 0.5]);
    expect(result.pooled.accuracy).toBeCloseTo(5 / 6, 12);
    expect(result.accuracy.mean).toBeCloseTo(5 / 6, 12);
    expect(result.accuracy.deviation).toBeCloseTo(Math.sqrt(1 / 12), 12);
    expect(Array.from(result.probability.slice(8))).toEqual([0.25, 0.75, 0.25, 0.75]);
  });

  test('refuses folds that leave out or repeat a sample', async () => {
    const train = () => [];
    await expect(
      crossValidate(
        labels,
        2,
        [
          [0, 1, 2],
          [3, 4],
        ],
        train,
      ),
    ).rejects.toThrow(/sample 5 is in 0/);
    await expect(crossValidate([0, 1], 2, [[0, 1], [1]], train)).rejects.toThrow(
      /sample 1 is in 2/,
    );
  });

  test('takes photos of a set of features with all their views', () => {
    const set: FeatureSet = {
      values: Float32Array.from([1, 2, 3, 4, 5, 6]),
      labels: Int32Array.from([7, 8, 9]),
      views: 2,
      channels: 1,
    };
    const { values, labels: picked, views } = selectPhotos(set, [2, 0]);
    expect([[...values], [...picked], views]).toEqual([[5, 6, 1, 2], [9, 7], 2]);
  });
});

describe('novelty', () => {
  test('energy is the negative logarithm of the sum of exponentials', () => {
    const [known, strange] = energy([Math.log(6), Math.log(2), 0, 0], 2);
    expect(known).toBeCloseTo(-Math.log(8), 12);
    expect(strange).toBeCloseTo(-Math.log(2), 12);
    expect(energy([1000, 0], 2)[0]).toBeCloseTo(-1000, 9);
    expect(energy([2, 2], 2, 2)[0]).toBeCloseTo(-2 - 2 * Math.log(2), 12);
  });

  test('what lies where training photos lie is less strange, for few photos of many channels too', () => {
    const labels = Int32Array.from({ length: 8 }, (_, index) => index % 2);
    const channels = 40;
    const rows = (count: number, of: (row: number, c: number) => number) =>
      Float32Array.from({ length: count * channels }, (_, place) =>
        of(Math.floor(place / channels), place % channels),
      );
    const wave = (row: number, c: number) => Math.sin(3 * row + 7 * c);
    const values = rows(8, (row, c) => (row % 2 === c % 2 ? 4 : 0) + wave(row, c));
    const train: FeatureSet = { values, labels, views: 1, channels };
    const known = rows(20, (row, c) => (row % 2 === c % 2 ? 4 : 0) + wave(row + 50, c));
    const strange = rows(20, (row, c) => (c < 20 ? 4 : 0) + wave(row + 50, c));
    for (const detector of [nearestNeighbors(train, 3), classDistance(train, 2)]) {
      const limit = noveltyThreshold(detector.score(known));
      expect(detector.score(strange).filter(score => score > limit)).toHaveLength(20);
    }
  });

  test.each([1, 3, 4, 7, 9])('the distance to the nearest of %d photos is the plain one', count => {
    const rows = (photos: number, from: number) =>
      Float32Array.from({ length: photos * 5 }, (_, place) => Math.sin(7 * place + from));
    const [known, others] = [rows(count, 0), rows(6, 3)];
    const train = { values: known, labels: new Int32Array(count), views: 1, channels: 5 };
    const unit = (from: Float32Array, photo: number) => {
      const row = from.subarray(5 * photo, 5 * photo + 5);
      return row.map(value => value / Math.hypot(...row));
    };
    const expected = [...Array(6).keys()].map(photo => {
      const own = unit(others, photo);
      const distances = [...Array(count).keys()].map(other => {
        const row = unit(known, other);
        return Math.hypot(...row.map((value, c) => value - own[c]!));
      });
      return distances.sort((a, b) => a - b)[Math.min(2, count) - 1]!;
    });
    const found = nearestNeighbors(train, 2).score(others);
    for (const [photo, distance] of expected.entries())
      expect(found[photo]).toBeCloseTo(distance, 5);
  });
});
