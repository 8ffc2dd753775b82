import { expect, test } from 'vitest';
import { assessMultiLabel, renderReport, verdictOf } from '../../src/index';
import { assessment, classes, logits, several, targets } from './multi-label';

test('the verdict counts photos whose classes are all right, and names the mean average precision', () => {
  const { robustness: _, ...facts } = several;
  const { good, sure, advice } = verdictOf(facts);
  // Every class ranks its photos first but Boletus, whose photo comes first of all too.
  expect(good).toMatch(
    /^It got all classes of 2 of 4 test photos right \(50\.0 %\); its mean average precision is 100\.0 %/,
  );
  expect(sure).toMatch(/^It says that it is sure of 100 % of them, and 50 % of those answers/);
  expect(advice).toBe('mistakes');
  expect(verdictOf(several).advice).toBe('worse photos');
});

test('advice follows from the numbers', () => {
  const of = (rows: readonly [target: readonly number[], logit: readonly number[]][]) => {
    const certainty = { temperature: 1, threshold: 0.5, coverage: 0.9, thresholds: [0.5, 0.5] };
    const [all, scores] = [rows.flatMap(([target]) => target), rows.flatMap(([, logit]) => logit)];
    return {
      classes: ['a', 'b'],
      counts: { train: [50, 50], validation: [9, 9], test: [9, 9] },
      assessment: assessMultiLabel(all, scores, 2, certainty, { resamples: 100 }),
      history: [],
    };
  };
  const both = [1, 1];
  const right = Array.from({ length: 40 }, (_, k): [number[], number[]] =>
    k % 2
      ? [both, [4, 4]]
      : [
          [0, 0],
          [-4, -4],
        ],
  );
  expect(verdictOf(of(right)).advice).toBe('all right');
  const turned = right.map(([target, logit]): [number[], number[]] => [target, logit.map(x => -x)]);
  expect(verdictOf(of(turned))).toMatchObject({
    advice: 'hardly learned',
    next: expect.stringMatching(/guessing would have a mean average precision of about 50 %/),
  });
  // Class b is missed in six of twenty photos, and ranked first all the same.
  const missed = right.map(([target, logit], k): [number[], number[]] =>
    k % 2 && k < 12 ? [target, [4, -0.5]] : [target, logit],
  );
  const told = verdictOf(of(missed));
  expect(told.next).toBe(
    'Add photos of b like those that it missed: it found only 14 of the 20 test photos that have it, the smallest share of all classes.',
  );
  const rare = { ...of(missed), counts: { train: [50, 10], validation: [9, 9], test: [9, 9] } };
  expect(verdictOf(rare).advice).toBe('a class is missed'); // its average precision is good
});

test('a page of photos with several classes has a table of labels, and no confusion matrix', () => {
  const page = renderReport(several);
  expect(page).not.toContain('Confusion matrix');
  expect(page).toContain('Binary cross entropy');
  expect(page).toContain('mean average precision on 4 test photos');
  expect(page).not.toContain('<x>');
  const wrong = /<section id="wrong">.*?<\/section>/s.exec(page)![0];
  const cells = [...wrong.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/gs)].map(
    ([, file, rest]) =>
      `${file} ${rest!
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()}`,
  );
  expect(cells.sort()).toEqual([
    'test/0 &#38; more.jpg Amanita, Boletus &#60;x&#62; Boletus &#60;x&#62; –',
    'test/2 &#38; more.jpg none – Amanita',
  ]);
  const table = /<section id="classes">.*?<\/section>/s.exec(page)![0];
  const counts = table
    .split('<tr>')
    .slice(2)
    .map(row =>
      [...row.matchAll(/<td class="number">(\d+)<\/td>/g)].map(([, count]) => Number(count)),
    );
  // Missed, too many, then the photos of each part.
  expect(counts).toEqual([
    [0, 1, 6, 2, 2],
    [1, 0, 7, 2, 1],
    [0, 0, 6, 2, 1],
  ]);
  expect(page).toContain('said to have Amanita');
});

test('an assessment says what was said of each photo, and how often it was sure and right', () => {
  expect(assessment.answers.map(({ truth, said }) => [truth, said])).toEqual([
    [[0, 1], [0]],
    [[2], [2]],
    [[], [0]],
    [[0], [0]],
  ]);
  expect(assessment.sure).toBe(1);
  expect(assessment.accuracyWhereSure).toBe(0.5);
  const between = { ...assessment.certainty, threshold: 0.9, temperature: 1 };
  const unsure = assessMultiLabel(targets, logits, classes.length, between, { resamples: 10 });
  // 0.88, of the third photo, lies between 0.5 and 0.9.
  expect(unsure.answers.map(({ sure }) => sure)).toEqual([true, true, false, true]);
  expect(unsure.accuracyWhereSure).toBeCloseTo(2 / 3, 12);
});
