import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answer, evaluate, fitCertainty, fitTemperature, probabilities } from '../../src/index';
import { mixed } from '../../src/random/order';
import { formula } from '../formula';

const withoutPrior = { priorDeviation: Number.POSITIVE_INFINITY };

/** What tools/reference/calibration.py wrote. */
const reference: readonly {
  name: string;
  count: number;
  classes: number;
  salt: number;
  scale: number;
  lead: number;
  temperatures: Readonly<Record<string, number>>;
  withoutPrior: number;
}[] = JSON.parse(
  readFileSync(new URL('../reference/calibration.json', import.meta.url), 'utf8'),
).cases;

describe.each(reference)('as SciPy: $name', wanted => {
  const { count, classes, salt, scale, lead, temperatures } = wanted;
  const labels = Array.from({ length: count }, (_, i) => (7 * i + Math.floor(i / 3)) % 4);
  const logits = formula(count * classes, salt, 6).map(
    (value, place) =>
      scale * (value + (labels[Math.floor(place / classes)] === place % classes ? lead : 0)),
  );

  test('the temperature, with priors and without', () => {
    for (const [deviation, expected] of Object.entries(temperatures)) {
      const found = fitTemperature(labels, logits, classes, { priorDeviation: Number(deviation) });
      expect(Math.abs(found - expected)).toBeLessThan(1e-9 * expected);
    }
    expect(fitTemperature(labels, logits, classes, withoutPrior)).toBeCloseTo(
      wanted.withoutPrior,
      9,
    );
    expect(fitTemperature(labels, logits, classes)).toBeCloseTo(temperatures['0.5']!, 9);
  });
});

describe('the temperature', () => {
  test('by hand: two answers of odds e, of which three in four are right, are as sure at 1 / ln 3', () => {
    // softmax([1 / t, 0]) = [3/4, 1/4] where 1 / t = ln 3.
    const found = fitTemperature([0, 0, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0], 2, withoutPrior);
    expect(found).toBeCloseTo(1 / Math.log(3), 10);
    const many = Array.from({ length: 4000 }, (_, sample) => (sample % 4 === 3 ? 1 : 0));
    const held = fitTemperature(
      many,
      many.flatMap(() => [1, 0]),
      2,
    );
    // 4,000 samples outweigh the prior.
    expect(Math.abs(held * Math.log(3) - 1)).toBeLessThan(1e-3);
    expect(held).toBeLessThan(1);
  });

  test('undoes an exaggeration, and an understatement as well', () => {
    const logits = [2, 0, 0, 1, 1, 0.5, 0.2, 0];
    const labels = [0, 0, 1, 0];
    const times = (factor: number) =>
      fitTemperature(
        labels,
        logits.map(value => factor * value),
        2,
        withoutPrior,
      );
    expect(times(3)).toBeCloseTo(3 * times(1), 10);
    expect(times(0.1)).toBeCloseTo(0.1 * times(1), 10);
  });

  test('without a prior it stays within its bounds where there is no best one', () => {
    const fit = (labels: number[], range?: readonly [number, number]) =>
      fitTemperature(labels, [1, 0, 0, 1], 2, { ...withoutPrior, ...(range && { range }) });
    expect(fit([0, 1])).toBe(0.05);
    expect(fit([0, 1], [0.5, 2])).toBe(0.5);
    expect(fit([1, 0])).toBe(20);
    expect(fitTemperature([0, 1], [1, 0, 0, 1], 2, { range: [1, 20] })).toBe(1);
  });

  test('lowers the cross entropy, and never changes the answer', () => {
    const logits = [6, 0, 0, 6, 0, 6, 6, 1];
    const labels = [0, 1, 0, 0];
    for (const scale of [1, 0.05]) {
      const rows = logits.map(value => scale * value);
      const temperature = fitTemperature(labels, rows, 2);
      expect(Math.sign(temperature - 1)).toBe(scale === 1 ? 1 : -1);
      const [before, after] = [1, temperature].map(t =>
        evaluate(labels, probabilities(rows, 2, t), 2),
      );
      expect(after!.loss).toBeLessThan(before!.loss);
      expect(after!.confusion).toEqual(before!.confusion);
    }
  });
});

describe('what the prior holds back', () => {
  test.each([1, 3, 10])('%i samples that are all right leave the temperature near 1', count => {
    const labels = new Array<number>(count).fill(0);
    const rows = labels.flatMap(() => [3, 0, 0]);
    const temperature = fitTemperature(labels, rows, 3);
    expect(temperature).toBeLessThan(1);
    // The prior's loss is at most what the cross entropy was: log(t)² / (2 * 0.25) <= count * log(1 + 2 exp(-3)).
    const most = Math.sqrt(0.5 * count * Math.log(1 + 2 * Math.exp(-3)));
    expect(-Math.log(temperature)).toBeLessThan(most);
    expect(temperature).toBeGreaterThan(0.65);
  });

  test.each([30, 1000, 30_000])(
    'of %i samples that are all right, it does not promise that none will be wrong',
    count => {
      const labels = new Array<number>(count).fill(0);
      const rows = labels.flatMap(() => [2, 0]);
      const temperature = fitTemperature(labels, rows, 2);
      const [right] = probabilities([2, 0], 2, temperature);
      // Platt's targets, (n + 1) / (n + 2), are right with one wrong answer less in n + 2.
      expect(count * (1 - right!)).toBeGreaterThan(0.1);
      expect(count * (1 - right!)).toBeLessThan(1);
    },
  );

  test('one wrong answer of great confidence does not make the classifier worthless', () => {
    expect(fitTemperature([1], [10, 0], 2)).toBeLessThan(6);
    expect(fitTemperature([1], [10, 0], 2, withoutPrior)).toBe(20);
  });
});

describe('what says nothing about the temperature', () => {
  test.each([0.5, Number.POSITIVE_INFINITY])('leaves it at 1 (prior %d)', priorDeviation => {
    const fit = (labels: number[], logits: number[], classes: number) =>
      fitTemperature(labels, logits, classes, { priorDeviation });
    expect(fit([0, 0, 0], [5, -1, 2], 1)).toBe(1); // one class
    expect(fit([0, 1], [2, 2, 2, 2], 2)).toBe(1); // the same of every class
    expect(fit([0, 1], [1e4, 0, 0, 1e4], 2)).toBe(1); // certain at any temperature of the range
  });

  test('classes that are excluded count for nothing', () => {
    const labels = [0, 1, 0, 0];
    const without = fitTemperature(labels, [2, 0, 0, 1, 1, 0.5, 0.2, 0], 2);
    const excluded = [2, 0, -Infinity, 0, 1, -Infinity, 1, 0.5, -Infinity, 0.2, 0, -Infinity];
    expect(fitTemperature(labels, excluded, 3)).toBeCloseTo(without, 12);
    expect(fitCertainty(labels, excluded, 3).temperature).toBeCloseTo(without, 12);
    expect(
      answer([1, -Infinity], { temperature: 0.5, threshold: 0.1, coverage: 0.9 }),
    ).toMatchObject({ classIndex: 0, fitting: [0], sure: true });
  });

  test('numbers that no probability comes of are refused by name', () => {
    const fit = (logit: number, options = {}) =>
      fitTemperature([0, 1], [1, 0, 0, logit], 2, options);
    expect(() => fit(Number.NaN)).toThrow(/sample 1 for class 1 is not a number/);
    expect(() => fit(Infinity)).toThrow(/sample 1 for its own class 1 is Infinity/);
    expect(() => fit(-Infinity)).toThrow(/its own class 1 is -Infinity.*no temperature/);
    expect(() => fitTemperature([0], [0, Infinity], 2)).toThrow(/sample 0 for class 1 is Infinity/);
    expect(() => fitTemperature([], [], 2)).toThrow(/at least one row/);
    expect(() => fit(1, { priorDeviation: 0 })).toThrow(/priorDeviation is 0/);
    expect(() => fit(1, { range: [2, 1] })).toThrow(/range of the temperature is 2 to 1/);
    expect(() => fit(1, { range: [0, 1] })).toThrow(/numbers above 0/);
    for (const temperature of [0, -1, Number.NaN, Infinity])
      expect(() => probabilities([1, 0], 2, temperature)).toThrow(/temperature is .* above 0/);
    const certainty = { temperature: 1, threshold: 0.5, coverage: 0.9 };
    for (const bad of [Number.NaN, Infinity])
      expect(() => answer([0, bad], certainty)).toThrow(/sample 0 are 0, .* no softmax/);
    expect(() => answer([-Infinity, -Infinity], certainty)).toThrow(/no softmax/);
  });
});

describe('a classifier that is not sure enough', () => {
  const classes = 4;
  const chance = (...parts: number[]) => (mixed(...parts) + 0.5) / 2 ** 32;
  /** Labels are drawn from the softmax of `scores`; a classifier that gives `factor` times them is off by that factor. */
  function drawnSamples(count: number, factor: number, salt: number) {
    const scores = Float64Array.from(
      { length: count * classes },
      (_, place) =>
        2.5 *
        Math.sqrt(-2 * Math.log(chance(salt, place, 1))) *
        Math.cos(2 * Math.PI * chance(salt, place, 2)),
    );
    const rows = probabilities(scores, classes);
    const labels = Int32Array.from({ length: count }, (_, sample) => {
      let left = chance(salt, sample, 3);
      let k = 0;
      while (k < classes - 1 && left >= rows[sample * classes + k]!)
        left -= rows[sample * classes + k++]!;
      return k;
    });
    return { labels, logits: scores.map(value => factor * value) };
  }

  test.each([0.4, 0.7, 1, 2, 4])(
    'factor %d is found again, and what is given then is true',
    factor => {
      const { labels, logits } = drawnSamples(3000, factor, 1);
      const { temperature } = fitCertainty(labels, logits, classes);
      // The estimate varies by about 3 %.
      expect(Math.abs(Math.log(temperature / factor))).toBeLessThan(0.1);
      const fresh = drawnSamples(3000, factor, 2);
      const [raw, scaled] = [1, temperature].map(t =>
        evaluate(fresh.labels, probabilities(fresh.logits, classes, t), classes),
      );
      if (factor === 1) expect(Math.abs(scaled!.loss - raw!.loss)).toBeLessThan(0.003);
      else expect(scaled!.loss).toBeLessThan(raw!.loss - 0.01);
    },
  );
});
