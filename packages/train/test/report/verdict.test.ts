import { describe, expect, test } from 'vitest';
import {
  type AdviceKind,
  type Assessment,
  assess,
  type ReportContent,
  shareInterval,
  verdictOf,
} from '../../src/index';

const classes = ['Amanita', 'Boletus', 'Russula'];
const certainty = { temperature: 1, threshold: 0.5, coverage: 0.9 };

/**
 * What an assessment says where so many photos of each class (rows) were taken for each (columns).
 *
 * @param confidence Probability of the predicted class; the others share the rest.
 */
function assessed(confusion: readonly (readonly number[])[], confidence = 0.95): Assessment {
  const labels: number[] = [];
  const logits: number[] = [];
  const odds = Math.log((confidence * (confusion.length - 1)) / (1 - confidence));
  for (const [truth, row] of confusion.entries())
    for (const [said, count] of row.entries())
      for (let photo = 0; photo < count; photo++) {
        labels.push(truth);
        logits.push(...row.map((_, k) => (k === said ? odds : 0)));
      }
  return assess(labels, logits, confusion.length, certainty, { resamples: 10 });
}

type Facts = Parameters<typeof verdictOf>[0];

const factsOf = (
  confusion: readonly (readonly number[])[],
  confidence?: number,
  more: Partial<Facts> = {},
): Facts => {
  const each = confusion.map(() => 100);
  return {
    classes: classes.slice(0, confusion.length),
    counts: { train: each, validation: each, test: each },
    assessment: assessed(confusion, confidence),
    history: [],
    ...more,
  };
};

/** 95 of 100 right, the mistakes spread evenly over classes and pairs but for one. */
const good = [
  [32, 1, 1],
  [1, 31, 1],
  [1, 0, 32],
];

describe('how good and how sure', () => {
  test('says the share, and within which bounds it may be for other photos', () => {
    // Wilson of 95 of 100: 0.888 to 0.978.
    expect(verdictOf(factsOf(good)).good).toBe(
      'It got 95 of 100 test photos right (95.0 %); of other photos like these, it will probably get 89 to 98 % right.',
    );
  });

  test('says why the range is wide, or narrow', () => {
    // Wilson of 27 of 30: 0.744 to 0.965.
    const few = verdictOf(
      factsOf([
        [9, 1, 0],
        [0, 9, 1],
        [1, 0, 9],
      ]),
    );
    expect(few.good).toMatch(/74 to 97 % right; the range is wide because 30 photos are few\.$/);
    const many = verdictOf(
      factsOf([
        [950, 50],
        [50, 950],
      ]),
    );
    expect(many.good).toMatch(
      /94 to 96 % right; the range is narrow because 2000 photos are many\.$/,
    );
  });

  test('says how often it is sure, how often right then, and whether its percentages are true', () => {
    expect(verdictOf(factsOf(good)).sure).toBe(
      'It says that it is sure of 100 % of these photos, and 95 % of those answers are right; its percentages agree with ' +
        'the test photos (95 % on average, with 95 % right).',
    );
    expect(verdictOf(factsOf(good, 0.999)).sure).toMatch(
      /are too high \(100 % on average, with 95 % right\)\.$/,
    );
    expect(verdictOf(factsOf(good, 0.7)).sure).toMatch(
      /are too low \(70 % on average, with 95 % right\)\.$/,
    );
    expect(verdictOf(factsOf(good, 0.4)).sure).toMatch(/^It is never sure of one class; /);
  });
});

describe('what to do next', () => {
  const slices: NonNullable<ReportContent['slices']> = [
    {
      column: 'camera',
      values: [
        { value: 'phone', photos: 20, accuracy: shareInterval(14, 20) },
        { value: 'reflex', photos: 80, accuracy: shareInterval(79, 80) },
      ],
    },
  ];
  const robustness: NonNullable<ReportContent['robustness']> = {
    photos: 100,
    plain: shareInterval(95, 100),
    conditions: [
      { name: 'blurred', how: 'sigma 2', accuracy: shareInterval(90, 100), lost: 5, gained: 0 },
      { name: 'dark', how: 'times 0.4', accuracy: shareInterval(70, 100), lost: 26, gained: 1 },
    ],
  };
  const epoch = { epoch: 1, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.8 };
  const history = [{ ...epoch, validationMacroF1: 0.8, learningRate: 1e-3, best: true }];
  const uneven = [30, 200, 200];

  test.each<[AdviceKind, Facts, RegExp]>([
    [
      'hardly learned',
      factsOf([
        [20, 20, 0],
        [20, 10, 10],
        [5, 5, 10],
      ]),
      // Wilson of 40 of 100 begins at 0.309.
      /always answering Amanita would be right in 40 % of cases/,
    ],
    [
      'few test photos',
      factsOf([
        [5, 0],
        [1, 4],
      ]),
      // Wilson of 9 of 10: 0.596 to 0.982. 0.9 * 0.1 * 3.92^2 / 0.1^2 = 138.3.
      /^Add test photos .* with 10 test photos, .* may be 60 % or 98 %, and about 140 test photos would/,
    ],
    ['too sure', factsOf(good, 0.999), /it is 100 % sure on average and right in 95 % of cases/],
    [
      'two classes confused',
      factsOf([
        [30, 0, 4],
        [0, 33, 1],
        [4, 0, 30],
      ]),
      /^Start with Amanita and Russula: 8 of the 9 mistakes are between these two/,
    ],
    [
      'few photos of a class',
      factsOf(
        [
          [8, 2, 2],
          [2, 48, 2],
          [2, 2, 48],
        ],
        0.9,
        { counts: { train: uneven, validation: uneven, test: uneven } },
      ),
      /^Add photos of Amanita: it has only 30 for training, .* only 8 of its 12 test photos were recognized/,
    ],
    [
      'learned by heart',
      factsOf(
        [
          [30, 3, 3],
          [3, 30, 3],
          [3, 3, 30],
        ],
        0.83,
        { history: history.map(row => ({ ...row, trainAccuracy: 1 })) },
      ),
      /it gets 100 % of them right, but only 83 % of the test photos/,
    ],
    [
      'a class is missed',
      factsOf(
        [
          [8, 2, 2],
          [2, 48, 2],
          [2, 2, 48],
        ],
        0.9,
      ),
      /^Add photos of Amanita like those that it missed: only 8 of its 12 test photos were recognized/,
    ],
    [
      'a kind of photo is missed',
      factsOf(good, 0.95, { slices }),
      /photos with phone in the column camera: it gets 70 % of these 20 test photos right, but 95 % of all/,
    ],
    [
      'worse photos',
      factsOf(good, 0.95, { robustness }),
      /70 % are right when test photos are dark, and 95 % when they are unchanged/,
    ],
    ['mistakes', factsOf(good), /^Look at the 5 photos that it got wrong/],
    [
      'all right',
      factsOf(
        [
          [40, 0],
          [0, 40],
        ],
        0.99,
      ),
      /from other places, cameras and days/,
    ],
  ])('%s', (kind, facts, text) => {
    const { advice, ...sentences } = verdictOf(facts);
    expect(sentences.next).toMatch(text);
    expect(advice).toBe(kind);
    for (const sentence of Object.values(sentences))
      expect(sentence).toMatch(/^[A-Z][^.]*(\.\d[^.]*)*\.$/);
  });

  test('is about the most pressing matter: percentages that are too high come before two classes', () => {
    const confused = [
      [30, 0, 4],
      [0, 33, 1],
      [4, 0, 30],
    ];
    expect(verdictOf(factsOf(confused, 0.999)).advice).toBe('too sure');
    expect(verdictOf(factsOf(confused, 0.9, { slices, robustness })).advice).toBe(
      'two classes confused',
    );
  });

  test('a difference that may be chance is none', () => {
    const values = [{ value: 'phone', photos: 5, accuracy: shareInterval(4, 5) }];
    const column = [{ column: 'camera', values }];
    // Wilson of 4 of 5 goes up to 0.964, above 0.95.
    expect(verdictOf(factsOf(good, 0.95, { slices: column })).advice).toBe('mistakes');
  });
});
