import { type Assessment, answer, answerMultiLabel, type LabelAnswer } from '@shroom/train';
import type { NamedPhotos } from '../photos/open-set';
import { namesOf } from '../photos/truth';
import type { RunConfiguration } from '../run/folder';
import { isMultiLabel, type TestEvaluation } from '../training/test-evaluation';

/**
 * `predictions.csv`: a row for each test photo. Where photos may have several classes, those in a cell stand between separators of the
 * photos' table, or `|`.
 *
 * @param novelty Of each test photo, where it was measured.
 */
export function predictionsCsv(
  { classes, photos }: NamedPhotos,
  test: readonly number[],
  { logits, certainty: { averaged } }: TestEvaluation,
  novelty: { readonly scores: ArrayLike<number>; readonly threshold: number } | undefined,
  { columns }: Pick<RunConfiguration, 'columns'>,
): string {
  const header = ['photo', 'part', 'truth', 'prediction', 'sure', 'novelty', 'known', ...classes];
  const separator = columns?.labelSeparator ?? '|';
  const rows = test.map((index, sample) => {
    const photo = photos[index]!;
    const own = logits.subarray(sample * classes.length, (sample + 1) * classes.length);
    const { predicted, probabilities, sure } = saidOf(own, averaged);
    const score = novelty?.scores[sample];
    return [
      ...[photo.id, 'test', namesOf(photo, classes).join(separator)],
      ...[predicted.map(k => classes[k]!).join(separator), sure],
      ...[score?.toFixed(5) ?? '', score === undefined ? '' : score <= novelty!.threshold],
      ...Array.from(probabilities, value => value.toFixed(6)),
    ];
  });
  return csv([header, ...rows]);
}

/** The one class that was predicted, or those that a photo was said to have, ascending. */
function saidOf(logits: Float32Array, certainty: TestEvaluation['certainty']['averaged']) {
  if ('thresholds' in certainty) {
    const { present, probabilities, sure } = answerMultiLabel(logits, certainty);
    return { predicted: [...present].sort((a, b) => a - b), probabilities, sure };
  }
  const { classIndex, probabilities, sure } = answer(logits, certainty);
  return { predicted: [classIndex], probabilities, sure };
}

/**
 * `confusion.csv`: a row for each true class, a column for each predicted one. Where photos may have several classes, a row for each with
 * how often it was found, missed, said of photos that lack it, and rightly not said.
 */
export function confusionCsv(classes: readonly string[], assessment: Assessment): string {
  if (!isMultiLabel(assessment))
    return csv([
      ['truth', ...classes],
      ...assessment.evaluation.confusion.map((row, k) => [classes[k]!, ...row]),
    ]);
  const counts = classes.map((_, k) => labelCounts(assessment.answers, k));
  return csv([
    ['class', 'true_positive', 'false_positive', 'false_negative', 'true_negative'],
    ...counts.map((each, k) => [
      ...[classes[k]!, each.truePositive, each.falsePositive],
      ...[each.falseNegative, each.trueNegative],
    ]),
  ]);
}

/** How many photos have a class or not, and were said to. */
export function labelCounts(answers: readonly LabelAnswer[], k: number) {
  const count = (has: boolean, said: boolean) =>
    answers.filter(each => each.truth.includes(k) === has && each.said.includes(k) === said).length;
  return {
    truePositive: count(true, true),
    falsePositive: count(false, true),
    falseNegative: count(true, false),
    trueNegative: count(false, false),
  };
}

const csv = (rows: readonly (readonly unknown[])[]): string =>
  rows.map(row => `${row.map(cell).join(',')}\n`).join('');

/** Spreadsheets take what begins with `=`, `+`, `-`, `@` or a tab for a formula: a name that does gets a quote in front. */
function cell(value: unknown): string {
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
