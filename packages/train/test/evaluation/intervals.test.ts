import { describe, expect, test } from 'vitest';
import { areasOf, rankings } from '../../src/evaluation/areas';
import { quantile } from '../../src/evaluation/calibration';
import { pick } from '../../src/evaluation/samples';
import {
  bootstrap,
  classIntervals,
  figureIntervals,
  rankingAreas,
  shareInterval,
} from '../../src/index';
import { mixed } from '../../src/random/order';
import { cases, reference, tied } from './figures';

describe('intervals', () => {
  test('quantiles are those of NumPy', () => {
    const found = [0, 0.025, 0.5, 0.975, 1].map(share => quantile([3, 1, 4, 1.5, 9], share));
    for (const [index, expected] of reference.quantiles.entries())
      expect(found[index]).toBeCloseTo(expected, 12);
  });

  test('the bootstrap of a mean spreads by the standard deviation over the root of n', () => {
    const values = Float64Array.from({ length: 200 }, (_, index) => (index * 37) % 101);
    const mean = (samples: Int32Array) =>
      samples.reduce((sum, sample) => sum + values[sample]!, 0) / samples.length;
    const { average } = bootstrap(200, samples => ({ average: mean(samples) }), {
      resamples: 4000,
    });
    const center = mean(Int32Array.from({ length: 200 }, (_, index) => index));
    const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / 200;
    expect(average.value).toBeCloseTo(center, 12);
    const half = 1.96 * Math.sqrt(variance / 200);
    expect(Math.abs((average.high - average.low) / 2 / half - 1)).toBeLessThan(0.04);
  });

  test('of 300 bootstraps 95 % hold the truth', () => {
    let held = 0;
    for (let trial = 0; trial < 300; trial++) {
      const hits = Uint8Array.from({ length: 80 }, (_, index) =>
        mixed(5, trial, index) % 100 < 70 ? 1 : 0,
      );
      const share = (samples: Int32Array) =>
        samples.reduce((sum, sample) => sum + hits[sample]!, 0) / samples.length;
      const { accuracy } = bootstrap(80, samples => ({ accuracy: share(samples) }), {
        resamples: 300,
        seed: trial,
      });
      if (accuracy.low <= 0.7 && accuracy.high >= 0.7) held += 1;
    }
    // 95 % of 300 is 285, with a standard deviation of 4.
    expect(held).toBeGreaterThan(268);
    expect(held).toBeLessThan(299);
  });

  test('the same seed gives the same intervals, another gives others', () => {
    const at = (seed: number) => figureIntervals(tied, cases.ties!, 4, { resamples: 50, seed });
    expect(at(3)).toEqual(at(3));
    expect(at(3).macroF1).not.toEqual(at(4).macroF1);
    expect(Object.keys(at(3))).toEqual([
      'accuracy',
      'balancedAccuracy',
      'macroF1',
      'weightedF1',
      'loss',
      'brier',
      'calibrationError',
      'rocArea',
      'averagePrecision',
    ]);
    for (const { value, low, high } of Object.values(at(3))) {
      expect(low).toBeLessThanOrEqual(value + 0.1);
      expect(high).toBeGreaterThan(low);
    }
  });

  test('of an evaluation: accuracy by Wilson, and a class that a resample leaves out does not count as wrong', () => {
    // Four classes of one sample each, all right: every class that a resample has is right.
    const rows = Float64Array.from({ length: 16 }, (_, place) => (place % 5 === 0 ? 1 : 0));
    const found = figureIntervals([0, 1, 2, 3], rows, 4, { resamples: 200 });
    expect(found.macroF1).toEqual({ value: 1, low: 1, high: 1 });
    expect(found.accuracy).toEqual(shareInterval(4, 4));
    // Two of them wrong: the interval is wide.
    const half = figureIntervals([0, 1, 3, 2], rows, 4, { resamples: 200 });
    expect(half.macroF1.high - half.macroF1.low).toBeGreaterThan(0.5);
  });

  test('areas of a sample that counts some twice and others not are those of the sample so drawn', () => {
    const drawn = Int32Array.from({ length: 40 }, (_, draw) => (draw * draw * 7 + 3) % 48);
    const times = new Float64Array(48);
    for (const sample of drawn) times[sample]! += 1;
    const { labels, rows } = pick(tied, cases.ties!, 4, drawn);
    const found = areasOf(rankings(tied, cases.ties!, 4), times);
    const expected = rankingAreas(labels, rows, 4);
    for (const [k, { roc, averagePrecision }] of expected.perClass.entries()) {
      expect(found.perClass[k]!.roc).toBeCloseTo(roc, 12);
      expect(found.perClass[k]!.averagePrecision).toBeCloseTo(averagePrecision, 12);
    }
    expect(found.weighted.roc).toBeCloseTo(expected.weighted.roc, 12);
  });

  test('strata keep the number of each kind', () => {
    const kinds = [0, 1, 1, 2, 2, 2];
    const counts = bootstrap(
      6,
      samples => ({ twos: samples.filter(sample => kinds[sample] === 2).length }),
      { strata: kinds, resamples: 20 },
    );
    expect(counts.twos).toEqual({ value: 3, low: 3, high: 3 });
  });

  test('Wilson: 6 of 6 is 0.61 or more, and nothing is known of 0 of 0', () => {
    // By hand: (6 + z^2 / 2) / (6 + z^2) less its half width is 6 / (6 + z^2), z = 1.96.
    const all = shareInterval(6, 6);
    expect(all.low).toBeCloseTo(6 / (6 + 1.959963984540054 ** 2), 12);
    expect([all.value, all.high]).toEqual([1, 1]);
    expect(shareInterval(0, 0).low).toBeNaN();
    const half = shareInterval(5, 10);
    expect(half.low + half.high).toBeCloseTo(1, 12);
  });

  test('of the classes: F1 carries over the interval of hits among all that concern the class', () => {
    const [first] = classIntervals([
      [6, 2],
      [1, 9],
    ]);
    expect(first!.recall.value).toBe(6 / 8);
    expect(first!.precision.value).toBe(6 / 7);
    expect(first!.f1.value).toBeCloseTo((2 * 6) / (8 + 7), 12);
    const union = shareInterval(6, 9);
    expect(first!.f1.low).toBeCloseTo((2 * union.low) / (1 + union.low), 12);
  });
});
