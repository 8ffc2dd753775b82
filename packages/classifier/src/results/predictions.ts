import { type Assessment, answer } from '@shroom/train';
import type { NamedPhotos } from '../photos/open-set';
import type { TestEvaluation } from '../training/test-evaluation';

/** `predictions.csv`: a row for each test photo. @param novelty Of each test photo, where it was measured. */
export function predictionsCsv(
  { classes, photos }: NamedPhotos,
  test: readonly number[],
  { logits, certainty }: TestEvaluation,
  novelty: { readonly scores: ArrayLike<number>; readonly threshold: number } | undefined,
): string {
  const header = ['photo', 'part', 'truth', 'prediction', 'sure', 'novelty', 'known', ...classes];
  const rows = test.map((index, sample) => {
    const { id, label } = photos[index]!;
    const own = logits.subarray(sample * classes.length, (sample + 1) * classes.length);
    const { classIndex, probabilities, sure } = answer(own, certainty);
    const score = novelty?.scores[sample];
    return [
      ...[id, 'test', classes[label]!, classes[classIndex]!, sure],
      ...[score?.toFixed(5) ?? '', score === undefined ? '' : score <= novelty!.threshold],
      ...Array.from(probabilities, value => value.toFixed(6)),
    ];
  });
  return csv([header, ...rows]);
}

/** `confusion.csv`: a row for each true class, a column for each predicted one. */
export function confusionCsv(classes: readonly string[], { evaluation }: Assessment): string {
  return csv([
    ['truth', ...classes],
    ...evaluation.confusion.map((row, k) => [classes[k]!, ...row]),
  ]);
}

const csv = (rows: readonly (readonly unknown[])[]): string =>
  rows.map(row => `${row.map(cell).join(',')}\n`).join('');

/** Spreadsheets take what begins with `=`, `+`, `-`, `@` or a tab for a formula: a name that does gets a quote in front. */
function cell(value: unknown): string {
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
