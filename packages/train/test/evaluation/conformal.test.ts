import { describe, expect, test } from 'vitest';
import { pick } from '../../src/evaluation/samples';
import {
  adaptive,
  answer,
  calibrateSets,
  conformalQuantile,
  evaluateSets,
  fitCertainty,
  leastAmbiguous,
  predictionSets,
  probabilities,
  type SetReport,
  type Strangeness,
} from '../../src/index';
import { mixed, permutation } from '../../src/random/order';

const classes = 5;

/** Logits of a classifier that is right in about two of three cases and too sure of itself. */
function drawnSamples(count: number): { labels: Int32Array; logits: Float64Array } {
  const chance = (...parts: number[]) => (mixed(...parts) + 0.5) / 2 ** 32;
  const normal = (a: number, b: number) =>
    Math.sqrt(-2 * Math.log(chance(a, b, 1))) * Math.cos(2 * Math.PI * chance(a, b, 2));
  const labels = Int32Array.from({ length: count }, (_, sample) => mixed(7, sample) % classes);
  const logits = Float64Array.from({ length: count * classes }, (_, place) => {
    const [sample, k] = [Math.floor(place / classes), place % classes];
    return 3 * (normal(sample, k) + (labels[sample] === k ? 1.6 : 0));
  });
  return { labels, logits };
}

const { labels, logits } = drawnSamples(1000);
const probability = probabilities(logits, classes);

/** Reports of many random halves: the first calibrates, the second is evaluated. */
function splits(
  count: number,
  calibrated: number,
  report: (first: Int32Array, second: Int32Array) => SetReport,
) {
  return Array.from({ length: count }, (_, split) => {
    const order = permutation(labels.length, mixed(99, split));
    return report(order.subarray(0, calibrated), order.subarray(calibrated));
  });
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('prediction sets', () => {
  test('take the ceil((n + 1) coverage)-th smallest strangeness', () => {
    const nine = [5, 1, 9, 3, 7, 2, 8, 4, 6];
    expect(conformalQuantile(nine, 0.9)).toBe(9); // ceil(10 * 0.9) = 9
    expect(conformalQuantile(nine, 0.5)).toBe(5);
    expect(conformalQuantile(nine, 0.91)).toBe(Number.POSITIVE_INFINITY);
    expect(() => conformalQuantile(nine, 90)).toThrow(/between 0 and 1, for example 0.9/);
  });

  test('by hand: two classes fit where both are probable, none where nothing is', () => {
    const rule = { coverage: 0.9, strangeness: leastAmbiguous, limit: 0.625, seed: 0 };
    const rows = [0.75, 0.125, 0.125, 0.5, 0.375, 0.125, 0.25, 0.25, 0.25];
    expect(predictionSets(rows, 3, rule)).toEqual([[0], [0, 1], []]);
    const report = evaluateSets([0, 0, 1], [[0], [0, 1], []], 3);
    expect(report).toEqual({
      coverage: 2 / 3,
      meanSize: 1,
      sure: 1 / 3,
      accuracyWhereSure: 1,
      sizes: [1, 1, 1, 0],
      perClass: [1, 0, Number.NaN],
    });
    const aps = adaptive({ randomized: false });
    expect(aps([0.5, 0.375, 0.125], 1, 0)).toBe(0.875);
    expect(adaptive()([0.5, 0.375, 0.125], 1, 0.5)).toBe(0.6875);
    expect(adaptive({ penalty: 0.25 })([0.5, 0.375, 0.125], 2, 0)).toBe(0.875 + 0.5);
  });

  test('hold every class where there are too few samples for the promise', () => {
    const rule = calibrateSets([0, 1], [0.9, 0.1, 0.2, 0.8], 2);
    expect(predictionSets([1, 0], 2, rule)).toEqual([[0, 1]]);
  });

  const kinds: [string, Strangeness, number][] = [
    ['least ambiguous', leastAmbiguous, 0.9],
    ['least ambiguous', leastAmbiguous, 0.75],
    ['adaptive', adaptive(), 0.9],
    ['adaptive with a penalty', adaptive({ penalty: 0.05, free: 2 }), 0.9],
  ];
  test.each(kinds)(
    '%s: over 400 random splits the promise holds (%#)',
    (_, strangeness, coverage) => {
      const calibrated = 49; // few, so that the correction counts: without it the coverage would be 1.5 % less
      const reports = splits(400, calibrated, (first, second) => {
        const known = pick(labels, probability, classes, first);
        const fresh = pick(labels, probability, classes, second);
        const rule = calibrateSets(known.labels, known.rows, classes, { coverage, strangeness });
        return evaluateSets(fresh.labels, predictionSets(fresh.rows, classes, rule), classes);
      });
      const reached = mean(reports.map(report => report.coverage));
      // The mean of 400 splits varies by about 0.003; the theorem allows 1 / 50 above.
      expect(reached).toBeGreaterThan(coverage - 0.008);
      expect(reached).toBeLessThan(coverage + 1 / (calibrated + 1) + 0.008);
    },
  );

  test('adaptive sets without lots keep the promise too, and depend on no seed', () => {
    const strangeness = adaptive({ randomized: false });
    const at = (seed: number) => {
      const first = { labels: labels.subarray(0, 500), rows: probability.subarray(0, 2500) };
      const rule = calibrateSets(first.labels, first.rows, classes, { strangeness, seed });
      return predictionSets(probability.subarray(2500), classes, rule);
    };
    expect(at(1)).toEqual(at(2));
    // One split of 500 and 500: a standard deviation of 0.019.
    expect(evaluateSets(labels.subarray(500), at(1), classes).coverage).toBeGreaterThan(0.84);
  });
});

describe('certainty', () => {
  test('keeps its promise over 400 random splits, temperature and threshold from the same half', () => {
    const reports = splits(400, 99, (first, second) => {
      const known = pick(labels, logits, classes, first);
      const fresh = pick(labels, logits, classes, second);
      const certainty = fitCertainty(known.labels, known.rows, classes, { coverage: 0.85 });
      const sets = Array.from(fresh.labels, (_, row) => [
        ...answer(fresh.rows.subarray(row * classes, (row + 1) * classes), certainty).fitting,
      ]);
      return evaluateSets(fresh.labels, sets, classes);
    });
    const reached = mean(reports.map(report => report.coverage));
    expect(reached).toBeGreaterThan(0.85 - 0.008);
    expect(reached).toBeLessThan(0.85 + 1 / 100 + 0.008);
    // What it is sure of is right more often than what it says at all (67 %).
    expect(mean(reports.map(report => report.accuracyWhereSure))).toBeGreaterThan(0.8);
  });

  test('is the rule of calibrateSets: the same classes fit', () => {
    const certainty = fitCertainty(labels, logits, classes);
    const cautious = probabilities(logits, classes, certainty.temperature);
    const rule = calibrateSets(labels, cautious, classes);
    const sets = predictionSets(cautious, classes, rule);
    for (const [sample, set] of sets.entries()) {
      const row = logits.subarray(sample * classes, (sample + 1) * classes);
      expect([...answer(row, certainty).fitting].sort()).toEqual(set);
    }
    expect(certainty.temperature).toBeGreaterThan(1.5);
    expect(1 - certainty.threshold).toBeCloseTo(rule.limit, 12);
  });

  test('says "not sure" by hand', () => {
    const certainty = { temperature: 2, threshold: 0.4, coverage: 0.9 };
    const sure = answer([2 * Math.log(8), 0, 2 * Math.log(1)], certainty);
    expect(Array.from(sure.probabilities, p => Math.round(10 * p))).toEqual([8, 1, 1]);
    expect([sure.classIndex, sure.fitting, sure.sure]).toEqual([0, [0], true]);
    expect(answer([0, 1, 1.1], { ...certainty, threshold: 0.3 }).fitting).toEqual([2, 1]);
    expect(answer([0, 0, 0], certainty)).toMatchObject({ fitting: [], sure: false });
  });

  test('lets every class fit where there are too few samples', () => {
    const { threshold } = fitCertainty([0, 1, 1], [1, 0, 0, 1, 1, 0], 2);
    expect(threshold).toBe(0);
  });
});
