import {
  type Assessment,
  answer,
  answerMultiLabel,
  type Certainty,
  type LabelAnswer,
} from '@shroom/train';
import type { NamedPhotos } from '../photos/open-set';
import { namesOf } from '../photos/truth';
import type { RunConfiguration } from '../run/folder';
import { isMultiLabel, type TestEvaluation } from '../training/test-evaluation';

/** How sure answers are: the calibration, and for the task 'multi-label' the threshold of each class. */
type Certain = Certainty & { readonly thresholds?: readonly number[] | undefined };

/** Novelty of a photo, and the largest novelty of a photo that is known. */
interface Novelty {
  readonly score: number;
  readonly threshold: number;
}

/** What is known of a photo besides the classifier's answer. */
interface PhotoFacts {
  readonly id: string;
  /** Part of the split. Empty if the photo is in none. */
  readonly part: string;
  /** The true class or classes. Empty if they are not known. */
  readonly truth: string;
}

/** The names of the columns of `predictions.csv`. */
export const predictionColumns = (classes: readonly string[]): string[] => [
  ...['photo', 'part', 'truth', 'prediction', 'sure', 'novelty', 'known'],
  ...classes,
];

/**
 * A row of `predictions.csv`.
 *
 * @param logits `[K]`.
 * @param separator Between several classes in a cell.
 */
export function predictionCells(
  { id, part, truth }: PhotoFacts,
  classes: readonly string[],
  logits: Float32Array,
  certainty: Certain,
  novelty: Novelty | undefined,
  separator = '|',
): unknown[] {
  const { predicted, probabilities, sure } = saidOf(logits, certainty);
  return [
    ...[id, part, truth],
    ...[predicted.map(k => classes[k]!).join(separator), sure],
    ...[novelty?.score.toFixed(5) ?? '', novelty ? novelty.score <= novelty.threshold : ''],
    ...Array.from(probabilities, value => value.toFixed(6)),
  ];
}

/**
 * `predictions.csv`: a row for each test photo. If photos may have several classes, the classes in a cell are separated as in the photos'
 * table, or by `|`.
 *
 * @param novelty Novelty score of each test photo, if measured.
 */
export function predictionsCsv(
  { classes, photos }: NamedPhotos,
  test: readonly number[],
  { logits, certainty: { averaged } }: TestEvaluation,
  novelty: { readonly scores: ArrayLike<number>; readonly threshold: number } | undefined,
  { columns }: Pick<RunConfiguration, 'columns'>,
): string {
  const separator = columns?.labelSeparator ?? '|';
  const rows = test.map((index, sample) => {
    const photo = photos[index]!;
    const own = logits.subarray(sample * classes.length, (sample + 1) * classes.length);
    const score = novelty && { score: novelty.scores[sample]!, threshold: novelty.threshold };
    const truth = namesOf(photo, classes).join(separator);
    const facts = { id: photo.id, part: 'test', truth };
    return predictionCells(facts, classes, own, averaged, score, separator);
  });
  return csv([predictionColumns(classes), ...rows]);
}

/** The predicted class, or for the task 'multi-label' all predicted classes in ascending order. */
function saidOf(logits: Float32Array, { thresholds, ...certainty }: Certain) {
  if (thresholds) {
    const { present, probabilities, sure } = answerMultiLabel(logits, { ...certainty, thresholds });
    return { predicted: [...present].sort((a, b) => a - b), probabilities, sure };
  }
  const { classIndex, probabilities, sure } = answer(logits, certainty);
  return { predicted: [classIndex], probabilities, sure };
}

/**
 * `confusion.csv`: a row for each true class, a column for each predicted class. If photos may have several classes: a row for each class
 * with its true positives, false negatives, false positives and true negatives.
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

/** Counts true and false positives and negatives of class `k`. */
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

/** Rows of cells as lines of CSV. */
export const csv = (rows: readonly (readonly unknown[])[]): string =>
  rows.map(row => `${row.map(cell).join(',')}\n`).join('');

/**
 * Formats a cell. A text that begins with `=`, `+`, `-`, `@` or a tab gets a leading quote, because spreadsheets would run it as a
 * formula.
 */
function cell(value: unknown): string {
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
