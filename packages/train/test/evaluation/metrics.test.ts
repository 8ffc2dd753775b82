import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { balancedClassWeights, evaluate, predictions, probabilities } from '../../src/index';
import { formula } from '../formula';

const reference = JSON.parse(
  readFileSync(new URL('../reference/metrics.json', import.meta.url), 'utf8'),
);

describe('metrics', () => {
  test('agree with scikit-learn, also for a class that never occurs', () => {
    const truth: number[] = reference.truth;
    const scores = formula(40 * 5, 3, 6).map((value, index) => {
      const [sample, k] = [Math.floor(index / 5), index % 5];
      return value - (k === 4 ? 20 : 0) + (truth[sample] === k ? 2 : 0);
    });
    const result = evaluate(truth, probabilities(scores, 5), 5);
    expect(result.accuracy).toBeCloseTo(reference.accuracy, 12);
    expect(result.macroF1).toBeCloseTo(reference.macroF1, 12);
    expect(result.loss).toBeCloseTo(reference.loss, 9);
    expect(result.confusion).toEqual(reference.confusion);
    result.perClass.forEach((each, k) => {
      expect(each.precision).toBeCloseTo(reference.precision[k], 12);
      expect(each.recall).toBeCloseTo(reference.recall[k], 12);
      expect(each.f1).toBeCloseTo(reference.f1[k], 12);
      expect(each.support).toBe(reference.support[k]);
    });
  });

  test('take the first of equal scores', () => {
    expect(Array.from(predictions([1, 3, 3, 2, 2, 2], 3))).toEqual([1, 0]);
  });

  test('stay finite for logits that are far apart', () => {
    expect(Array.from(probabilities([1000, -1000], 2))).toEqual([1, 0]);
    expect(evaluate([1], [1, 0], 2).loss).toBeLessThan(1000);
  });

  test('say which numbers do not fit together', () => {
    expect(() => evaluate([0, 1], [1, 0], 2)).toThrow(
      /2 labels of 2 classes need 4 probabilities.*there are 2/,
    );
  });

  test('balanced class weights let every class count the same', () => {
    expect(Array.from(balancedClassWeights([0, 0, 0, 1], 2))).toEqual([Math.fround(4 / 6), 2]);
  });
});
