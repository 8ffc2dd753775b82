import { type AdviceKind, advise } from './advice';
import type { ReportContent } from './content';
import { percent, range } from './html';
import { isMultiLabel } from './multi-label';
import { adviseMultiLabel, multiLabelGoodness, multiLabelSureness } from './multi-label-verdict';

/** What a reader of a report should know first, in three sentences. */
export interface Verdict {
  /** How often the answers are right, and how precisely the test photos can tell. */
  readonly good: string;
  /** How often the classifier is sure, how often sure answers are right, and whether its percentages are correct. */
  readonly sure: string;
  /** What to do next. */
  readonly next: string;
  /** The subject of the advice. */
  readonly advice: AdviceKind;
}

/**
 * Summarizes how good a classifier is, how sure it is, and what to do next. Derived only from the numbers of the report.
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
  if (isMultiLabel(content)) {
    const { assessment } = content;
    const { kind, text } = adviseMultiLabel(content);
    const sure = `${multiLabelSureness(assessment)}; ${belief(assessment, ' of single classes')}`;
    return { good: multiLabelGoodness(assessment), sure, next: text, advice: kind };
  }
  const { assessment } = content;
  const { kind, text } = advise(content);
  return { good: goodness(assessment), sure: sureness(assessment), next: text, advice: kind };
}

/** If the interval is at least `wide` or at most `narrow`, the sentence explains why. */
const wide = 0.15;
const narrow = 0.04;

function goodness({ evaluation, figures: { accuracy } }: ReportContent['assessment']): string {
  const count = evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  const hits = Math.round(accuracy.value * count);
  const width = accuracy.high - accuracy.low;
  const photos = count === 1 ? '1 photo is' : `${count} photos are`;
  const why =
    width >= wide
      ? `; the range is wide because ${photos} few`
      : width <= narrow
        ? `; the range is narrow because ${photos} many`
        : '';
  return (
    `It got ${hits} of ${count} test ${count === 1 ? 'photo' : 'photos'} right (${percent(accuracy.value)}); ` +
    `of other photos like these, it will probably get ${range(accuracy)} right${why}.`
  );
}

function sureness({ sets, ...assessment }: ReportContent['assessment']): string {
  const often =
    sets.sure > 0
      ? `It says that it is sure of ${percent(sets.sure, 0)} of these photos, and ` +
        `${percent(sets.accuracyWhereSure, 0)} of those answers are right`
      : 'It is never sure of one class';
  return `${often}; ${belief(assessment)}`;
}

/** Whether its percentages are true. @param what They are of. */
function belief(
  { calibration: { scaled } }: Pick<ReportContent['assessment'], 'calibration'>,
  what = '',
): string {
  const means = `${percent(scaled.confidence, 0)} on average, with ${percent(scaled.accuracy, 0)} right`;
  const believed = {
    'as sure as right': `its percentages${what} agree with the test photos`,
    'too sure': `its percentages${what} are too high`,
    'not sure enough': `its percentages${what} are too low`,
  }[scaled.verdict];
  return `${believed} (${means}).`;
}
