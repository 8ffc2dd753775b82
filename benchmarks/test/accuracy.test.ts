import { type Calibration, calibration } from '@shroom/train';
import { expect, test } from 'vitest';
import { pooled } from '../accuracy/calibration-page';
import { chosenOf, type Row, resultsPage } from '../accuracy/page';
import { intervalOfMean, spread } from '../accuracy/spread';
import type { Scores, Trial } from '../accuracy/trial';
import { ways } from '../accuracy/ways';

test('every way has a name of its own', () => {
  expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
});

test('the interval of a mean is Student’s', () => {
  expect(spread([1, 2, 3, 4, 5])).toEqual({ mean: 3, deviation: Math.sqrt(2.5) });
  const { low, high } = intervalOfMean([1, 2, 3, 4, 5]);
  expect([low, high]).toEqual([expect.closeTo(1.0368, 3), expect.closeTo(4.9632, 3)]);
  expect(() => intervalOfMean([1])).toThrow(RangeError);
});

const labels = [0, 1, 0, 1, 0, 1];
const rows = [0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95];

test('bins of several classifiers add up to the bins of all their answers', () => {
  const parts = [0, 2, 4].map(start =>
    calibration(labels.slice(start, start + 2), rows.slice(2 * start, 2 * start + 4), 2),
  );
  const { expectedError, confidence, accuracy } = calibration(labels, rows, 2);
  const found = pooled(parts);
  expect(found.count).toBe(6);
  expect(found.expectedError).toBeCloseTo(expectedError, 12);
  expect(found.confidence).toBeCloseTo(confidence, 12);
  expect(found.accuracy).toBeCloseTo(accuracy, 12);
});

test('validation scores choose, and the gain is paired', () => {
  const reliability: Calibration = calibration(labels, rows, 2);
  const trial = (validation: number, tested: number): Trial => {
    const scores = (value: number): Scores => ({ accuracy: value, macroF1: value });
    return {
      validation: scores(validation),
      test: scores(tested),
      photos: [6, 2, 2],
      calibration: { raw: reliability, scaled: reliability },
      temperature: 1,
      sets: { coverage: 0.9, meanSize: 1.5 },
    };
  };
  const row = (name: string, validation: number, tested: readonly number[]): Row => {
    const trials = tested.map(value => trial(validation, value));
    return { name, trials: { stratified: trials, grouped: trials } };
  };
  const table = [
    row('reference', 0.6, [0.5, 0.7]),
    row('lucky at the test', 0.7, [0.9, 0.9]),
    row('best', 0.8, [0.6, 0.9]),
  ];
  expect(chosenOf(table).name).toBe('best');
  const page = resultsPage(table);
  expect(page).toContain('| stratified | 0.750 (-1.156 to 2.656) | +0.150 (−0.485 to +0.785) |');
  expect(page).toContain('**best** (chosen)');
});
