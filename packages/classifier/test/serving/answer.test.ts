import { expect, test } from 'vitest';
import { averaged, predictionOf } from '../../src/serving/answer';

const classes = ['cat', 'dog', 'cow'];
const certainty = { views: 1, temperature: 1, threshold: 0.4, coverage: 0.9 };

test("for the task 'single-label', the probabilities sum to 1", () => {
  const answer = predictionOf('a.jpg', { classes }, Float32Array.of(2, 0, 0), certainty, undefined);
  expect(answer).toMatchObject({ task: 'single-label', class: 'cat', fits: ['cat'], sure: true });
  const sum = Object.values(answer.probabilities).reduce((total, value) => total + value, 0);
  expect(sum).toBeCloseTo(1, 12);
  expect(answer).not.toHaveProperty('labels');
});

test("for the task 'multi-label', each class is present or not by its own threshold", () => {
  const file = { classes, task: 'multi-label' } as const;
  const own = { ...certainty, thresholds: [0.5, 0.3, 0.5] };
  const logits = Float32Array.of(2, -0.5, -3);
  const answer = predictionOf('a.jpg', file, logits, own, { score: 0.2, threshold: 0.5 });
  if (answer.task !== 'multi-label') throw new Error('one class');
  expect(answer.labels.map(each => [each.class, each.threshold, each.present])).toEqual([
    ['cat', 0.5, true],
    ['dog', 0.3, true],
    ['cow', 0.5, false],
  ]);
  expect(answer.labels[1]!.probability).toBeCloseTo(1 / (1 + Math.exp(0.5)), 6); // 0.38
  expect(answer).toMatchObject({ class: 'cat', fits: ['cat'], sure: false, known: true });
  // An answer is sure if no probability lies between the two thresholds, and never for a photo unlike the training photos.
  const clear = Float32Array.of(2, -3, -3);
  expect(predictionOf('a.jpg', file, clear, own, undefined).sure).toBe(true);
  const strange = { score: 0.9, threshold: 0.5 };
  expect(predictionOf('a.jpg', file, clear, own, strange)).toMatchObject({
    sure: false,
    known: false,
    novelty: 0.9,
  });
});

test('views are averaged by their probabilities, with sigmoids and with a softmax', () => {
  const views = [Float32Array.of(2, 0), Float32Array.of(0, 0)];
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const [several] = averaged(views, 'multi-label');
  expect(sigmoid(several!)).toBeCloseTo((sigmoid(2) + 0.5) / 2, 6);
  const [one, other] = averaged(views, 'single-label');
  expect(Math.exp(one!)).toBeCloseTo((sigmoid(2) + 0.5) / 2, 6);
  expect(Math.exp(one!) + Math.exp(other!)).toBeCloseTo(1, 6);
});
