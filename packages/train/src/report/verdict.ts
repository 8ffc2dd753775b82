import { type AdviceKind, advise } from './advice';
import type { ReportContent } from './content';
import { percent, range } from './html';

/** What a reader of a report should know first, in three sentences. */
export interface Verdict {
  /** How often it is right, and how well the test photos tell. */
  readonly good: string;
  /** How often it is sure, how often it is right then, and whether its percentages are true. */
  readonly sure: string;
  /** What to do next. */
  readonly next: string;
  /** What the advice is about. */
  readonly advice: AdviceKind;
}

/**
 * How good a classifier is, how sure, and what to do next. It follows from the numbers of the report alone.
 *
 * @example
 * ```ts
 * const certainty = { temperature: 1.3, threshold: 0.2, coverage: 0.9 }; // by `fitCertainty`
 * const each = classNames.map(() => 100); // photos of each class
 * const { good, sure, next } = verdictOf({
 *   classes: classNames,
 *   counts: { train: each, validation: each, test: each },
 *   assessment: assess(labels, await logits.data(), 9, certainty),
 *   history: [], // a row for each epoch
 * });
 * console.log(`${good} ${sure} ${next}`); // It got 70 of 90 test photos right ...
 * ```
 */
export function verdictOf(
  content: Pick<
    ReportContent,
    'classes' | 'counts' | 'assessment' | 'history' | 'slices' | 'robustness'
  >,
): Verdict {
  const { assessment } = content;
  const { kind, text } = advise(content);
  return { good: goodness(assessment), sure: sureness(assessment), next: text, advice: kind };
}

/** From this width of the interval on, and up to that one, its reader is told why. */
const wide = 0.15;
const narrow = 0.04;

function goodness({ evaluation, figures: { accuracy } }: ReportContent['assessment']): string {
  const count = evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  const hits = Math.round(accuracy.value * count);
  const width = accuracy.high - accuracy.low;
  const photos = count === 1 ? '1 photo is' : `${count} photos are`;
  const why =
    width >= wide
      ? `, a wide range because ${photos} few`
      : width <= narrow
        ? `, a narrow range because ${photos} many`
        : '';
  return (
    `It got ${hits} of ${count} test ${count === 1 ? 'photo' : 'photos'} right (${percent(accuracy.value)}); ` +
    `of other photos like these, it will probably get ${range(accuracy)} right${why}.`
  );
}

function sureness({ sets, calibration: { scaled } }: ReportContent['assessment']): string {
  const often =
    sets.sure > 0
      ? `It says that it is sure of ${percent(sets.sure, 0)} of them, and ${percent(sets.accuracyWhereSure, 0)} of those answers are right`
      : 'It is never sure of one class';
  const means = `${percent(scaled.confidence, 0)} on average, with ${percent(scaled.accuracy, 0)} right`;
  const believed = {
    'as sure as right': 'its percentages can be believed, as far as these photos tell',
    'too sure': 'its percentages are too high',
    'not sure enough': 'its percentages are too low',
  }[scaled.verdict];
  return `${often}; ${believed} (${means}).`;
}
