import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  assessMultiLabel,
  chooseThresholds,
  evaluateMultiLabel,
  fitMultiLabelCertainty,
  meanOfSigmoids,
  multiLabelIntervals,
  sigmoids,
} from '../../src/index';
import { formula } from '../formula';

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly thresholds: readonly number[] | null;
  readonly targets: readonly number[];
  readonly [figure: string]: unknown;
}

/** What tools/reference/multi_label.py wrote. */
const { cases } = JSON.parse(
  readFileSync(new URL('../reference/multi-label.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

/** The logits of a case, by the same rule. */
function logitsOf({ name, targets }: Case): Float64Array {
  const salts = ['several classes', 'a class that no photo has', 'thresholds of their own', 'ties'];
  const logits = formula(targets.length, 3 + salts.indexOf(name), 6).map(
    (value, place) => value + 1.5 * (2 * targets[place]! - 1),
  );
  return name === 'ties' ? logits.map(value => Math.round(2 * value) / 2) : logits;
}

/** To 1e-9; what has no value there is NaN here. */
function near(values: ArrayLike<number>, expected: unknown): void {
  const wanted = expected as readonly (number | null)[];
  expect(values.length).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) {
    if (value === null) expect(values[index]).toBeNaN();
    else expect(Math.abs(values[index]! - value)).toBeLessThan(1e-9);
  }
}

describe.each(cases)('as scikit-learn: $name', wanted => {
  const { classes, targets, thresholds } = wanted;
  const probability = sigmoids(logitsOf(wanted));
  const found = evaluateMultiLabel(targets, probability, classes, thresholds ?? undefined);

  test('shares of photos and of answers, averages, classes', () => {
    const names = ['accuracy', 'hammingLoss', 'macroF1', 'microF1', 'meanAveragePrecision', 'loss'];
    for (const name of names) near([found[name as 'accuracy']], [wanted[name]]);
    for (const kind of ['macro', 'micro', 'weighted'] as const) {
      const { precision, recall, f1 } = wanted[kind] as Record<string, number>;
      near([found[kind].precision, found[kind].recall, found[kind].f1], [precision, recall, f1]);
    }
    for (const name of ['precision', 'recall', 'f1', 'support', 'averagePrecision'] as const)
      near(
        found.perClass.map(each => each[name]),
        wanted[name],
      );
    expect(found.confusion).toEqual([]);
  });

  test('an assessment has the same figures, and areas below the ROC curves', () => {
    const certainty = { temperature: 1, threshold: 0.4, coverage: 0.9 };
    const own = { ...certainty, thresholds: thresholds ?? new Array<number>(classes).fill(0.5) };
    const found = assessMultiLabel(targets, logitsOf(wanted), classes, own, { resamples: 20 });
    near(
      found.areas.perClass.map(({ roc }) => roc),
      wanted.roc,
    );
    near([found.figures.averagePrecision.value], [wanted.meanAveragePrecision]);
    near(
      [found.figures.macroF1.value, found.figures.microF1.value],
      [wanted.macroF1, wanted.microF1],
    );
    near(
      [found.evaluation.accuracy, found.figures.accuracy.value],
      [wanted.accuracy, wanted.accuracy],
    );
    near([found.figures.calibrationError.value], [found.calibration.raw.expectedError]);
  });

  test('chosen thresholds have the highest F1 that there is', () => {
    const chosen = chooseThresholds(targets, probability, classes, { floor: 0.7 });
    const { perClass } = evaluateMultiLabel(targets, probability, classes, chosen);
    for (const [k, best] of (wanted.bestF1 as readonly (number | null)[]).entries()) {
      if (best === null) expect(chosen[k]).toBe(0.7);
      else near([perClass[k]!.f1], [best]);
    }
  });
});

test('by hand: two photos, three classes', () => {
  const found = evaluateMultiLabel([1, 1, 0, 0, 0, 1], [0.9, 0.4, 0.2, 0.3, 0.1, 0.7], 3);
  expect(found.accuracy).toBe(0.5); // the first photo's second class was not found
  expect(found.hammingLoss).toBeCloseTo(1 / 6, 12);
  expect(found.micro).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8 });
  expect(found.perClass.map(({ f1 }) => f1)).toEqual([1, 0, 1]);
  expect(found.meanAveragePrecision).toBe(1);
  expect(found.balancedAccuracy).toBeCloseTo(2 / 3, 12);
});

test('intervals hold their value, come out the same for a seed, and narrow with more photos', () => {
  const of = (photos: number) => {
    const targets = Array.from({ length: 3 * photos }, (_, place) => ((place * 7) % 5 < 2 ? 1 : 0));
    const logits = formula(targets.length, 2, 5).map(
      (value, place) => value + 2 * targets[place]! - 1,
    );
    return multiLabelIntervals(targets, sigmoids(logits), 3, { resamples: 200, seed: 4 });
  };
  const few = of(30);
  for (const name of [
    'averagePrecision',
    'macroF1',
    'microF1',
    'hammingLoss',
    'accuracy',
  ] as const) {
    const { value, low, high } = few[name];
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  }
  expect(of(30)).toEqual(few);
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  expect(width(of(300).averagePrecision)).toBeLessThan(0.6 * width(few.averagePrecision));
});

test('a threshold lies half way to the next probability below, and the highest of equals is taken', () => {
  expect(
    Array.from(chooseThresholds([1, 0, 0, 1, 0, 0], [0.7, 0.2, 0.3, 0.4, 0.1, 0.1], 2)),
  ).toEqual([0.5, 0.30000000000000004]);
  // Of 0.9 | 0.8 0.7 | 0.6 with hits at 0.9 and 0.6 two thresholds have an F1 of 2/3.
  expect(chooseThresholds([1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6], 1)[0]).toBeCloseTo(0.85, 12);
  expect(() => chooseThresholds([1, 2], [0.5, 0.5], 1)).toThrow(/sample 1 for class 0 is 2/);
  expect(() => chooseThresholds([1], [0.5], 1, { floor: 2 })).toThrow(/floor/);
});

test('the fitted temperature undoes what logits were multiplied by, and the promised share of classes is found', () => {
  // Logits at which answers are as often right as they say: of 100 photos with a logit, sigmoid(logit) of 100 have the class.
  const logits: number[] = [];
  const targets: number[] = [];
  for (const logit of [-3, -2, -1, 0, 1, 2, 3])
    for (let photo = 0; photo < 100; photo++) {
      logits.push(2.5 * logit);
      targets.push(photo < Math.round(100 / (1 + Math.exp(-logit))) ? 1 : 0);
    }
  const { temperature, threshold, coverage } = fitMultiLabelCertainty(targets, logits, 1);
  expect(temperature).toBeGreaterThan(2.4);
  expect(temperature).toBeLessThan(2.6);
  expect(coverage).toBe(0.9);
  const probability = sigmoids(logits, temperature);
  const present = probability.filter((_, place) => targets[place] === 1);
  const found = present.filter(value => value >= threshold).length / present.length;
  expect(found).toBeGreaterThanOrEqual(0.9);
});

test('an assessment names the hardest photos and counts a photo once for each of its classes', () => {
  const targets = [1, 1, 0, 1, 0, 0, 0, 0, 1];
  const logits = [4, 3, -4, -3, 2, -2, -4, -4, 5];
  const certainty = { temperature: 1, threshold: 0.5, coverage: 0.9, thresholds: [0.5, 0.5, 0.5] };
  const { hardest, sets, top } = assessMultiLabel(targets, logits, 3, certainty, { resamples: 10 });
  expect(hardest[0]).toMatchObject({ sample: 1, truth: 0, predicted: 1 });
  expect(hardest.at(-1)).toMatchObject({ sample: 2, truth: 2, predicted: 2 });
  // Of four classes of photos all but that of the second photo are in the set.
  expect(sets.coverage).toBe(0.75);
  expect(sets.sizes).toEqual([0, 2, 2, 0]);
  expect(top).toEqual({ k: 2, accuracy: 2 / 3 });
});

test('the mean of sigmoids is that of probabilities, also where they are nearly 1', () => {
  const [near, far] = meanOfSigmoids([
    [2, 60],
    [0, 50],
  ]);
  expect(1 / (1 + Math.exp(-near!))).toBeCloseTo((1 / (1 + Math.exp(-2)) + 0.5) / 2, 6);
  expect(far).toBeCloseTo(-Math.log((Math.exp(-60) + Math.exp(-50)) / 2), 4);
  expect(() => sigmoids([Number.NaN])).toThrow(/Logit 0 is not a number/);
});
