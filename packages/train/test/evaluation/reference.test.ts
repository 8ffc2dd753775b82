import { describe, expect, test } from 'vitest';
import {
  averagePrecision,
  calibration,
  classDistance,
  evaluate,
  type FeatureSet,
  fitTemperature,
  nearestNeighbors,
  precisionRecallCurve,
  rankingAreas,
  rocArea,
  rocCurve,
  topKAccuracy,
} from '../../src/index';
import { formula } from '../formula';
import { cases, logits, reference, several, tied, ties, two } from './figures';

/** To 1e-9; what has no value there is NaN here. */
function near(values: ArrayLike<number>, expected: ArrayLike<number | null>): void {
  expect(values.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    if (expected[index] === null) expect(values[index]).toBeNaN();
    else expect(Math.abs(values[index]! - expected[index]!)).toBeLessThan(1e-9);
  }
}

describe.each<Record<string, never>>(reference.cases)('as scikit-learn: $name', wanted => {
  const { name, truth, classes } = wanted as unknown as {
    name: string;
    truth: number[];
    classes: number;
  };
  const probability = cases[name]!;

  test('accuracy, averages, classes, loss and Brier score', () => {
    const found = evaluate(truth, probability, classes);
    const pairs = ['accuracy', 'balancedAccuracy', 'loss', 'brier'] as const;
    for (const each of pairs) near([found[each]], [wanted[each]!]);
    for (const kind of ['macro', 'weighted'] as const) {
      const { precision, recall, f1 } = found[kind];
      const expected = wanted[kind]! as { precision: number; recall: number; f1: number };
      near([precision, recall, f1], [expected.precision, expected.recall, expected.f1]);
    }
    expect(found.macroF1).toBe(found.macro.f1);
    for (const each of ['precision', 'recall', 'f1', 'support'] as const) {
      near(
        found.perClass.map(one => one[each]),
        wanted[each]!,
      );
    }
    expect(found.confusion).toEqual(wanted.confusion);
  });

  test('areas below the ROC and precision-recall curves', () => {
    const { perClass, macro, weighted } = rankingAreas(truth, probability, classes);
    near(
      perClass.map(({ roc }) => roc),
      wanted.roc!,
    );
    near(
      perClass.map(each => each.averagePrecision),
      wanted.averagePrecision!,
    );
    near([macro.roc, weighted.roc], [wanted.macroRoc!, wanted.weightedRoc!]);
    near(
      [macro.averagePrecision, weighted.averagePrecision],
      [wanted.macroAveragePrecision!, wanted.weightedAveragePrecision!],
    );
  });

  test('top-k accuracy', () => {
    const shares = [...Array(classes).keys()].map(k =>
      topKAccuracy(truth, probability, classes, k + 1),
    );
    expect(shares.at(-1)).toBe(1);
    if (wanted.topK) near(shares, wanted.topK);
  });

  test.each(['uniform', 'quantile'] as const)('calibration, %s bins', strategy => {
    const found = calibration(truth, probability, classes, { bins: 5, strategy });
    const expected = (wanted.calibration as unknown as Record<string, Record<string, number[]>>)[
      strategy
    ]!;
    const filled = found.bins.filter(({ count }) => count > 0);
    near(
      found.bins.map(({ count }) => count),
      expected.counts!,
    );
    near(
      filled.map(({ accuracy }) => accuracy),
      expected.accuracy!,
    );
    near(
      filled.map(({ confidence }) => confidence),
      expected.confidence!,
    );
    near([found.expectedError, found.maximumError], [
      expected.expectedError,
      expected.maximumError,
    ] as unknown as number[]);
  });
});

test('all points of the curves are those of scikit-learn, with ties', () => {
  const positive = tied.map(label => label === 1);
  const scores = ties(48).filter((_, place) => place % 4 === 1);
  const roc = rocCurve(positive, scores);
  near(roc.falsePositiveRate, reference.curves.falsePositiveRate);
  near(roc.truePositiveRate, reference.curves.truePositiveRate);
  near(roc.thresholds.slice(1), reference.curves.rocThresholds);
  expect(roc.thresholds[0]).toBe(Number.POSITIVE_INFINITY);
  const { precision, recall, thresholds } = precisionRecallCurve(positive, scores);
  near(precision, reference.curves.precision);
  near(recall, reference.curves.recall);
  near(thresholds, reference.curves.thresholds);
  expect(rocArea([0, 0, 1], [0.1, 0.5, 0.5])).toBe(0.75); // one pair won, one tied
  expect(averagePrecision([1, 0, 1], [3, 2, 1])).toBeCloseTo((1 + 2 / 3) / 2, 12);
});

test('the temperature without a prior is the one that SciPy finds', () => {
  const priorDeviation = Number.POSITIVE_INFINITY;
  const found = (labels: number[], rows: ArrayLike<number>, count: number) =>
    fitTemperature(labels, rows, count, { priorDeviation });
  near([found(several, logits.absent, 5)], [reference.temperatures.absent]);
  near([found(two, logits.two, 2)], [reference.temperatures.two]);
});

test('distances to the nearest photos and classes are those of scikit-learn', () => {
  const labels = Int32Array.from({ length: 12 }, (_, index) => index % 3);
  const values = Float32Array.from(formula(12 * 5, 5, 2)).map((value, place) =>
    place % 5 === labels[Math.floor(place / 5)] ? value + 1 : value,
  );
  const others = Float32Array.from(formula(7 * 5, 6, 4));
  const train: FeatureSet = { values, labels, views: 1, channels: 5 };
  const distances = nearestNeighbors(train, 3).score(others);
  // Features of length 1 are kept as float32.
  for (const [row, expected] of reference.novelty.nearest.entries())
    expect(distances[row]).toBeCloseTo(expected, 6);
  near(classDistance(train, 3, 0.1).score(others), reference.novelty.classDistance);
});
