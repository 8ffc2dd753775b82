import type { Assessment, Interval, MultiLabelAssessment } from '@shroom/train';
import { forTerminal } from '../run/names';
import { filledBar } from './terminal/filled';
import type { Printer } from './terminal/printer';
import { percent } from './terminal/words';
import { padEnd, widthOf } from './terminal/wrap';

/**
 * Prints a bar for each class, accuracy with intervals, and how often the classifier is sure.
 *
 * @param unknown How many of the photos are unlike anything that it was trained on, where that is known. Printed before any class.
 * @example
 * ```ts
 * const { classes, test } = await train('photos');
 * printAssessment(printerTo(process.stdout), classes, test.assessment);
 * ```
 */
export function printAssessment(
  printer: Printer,
  classes: readonly string[],
  assessment: Assessment | MultiLabelAssessment,
  unknown?: number,
): void {
  const { fact } = printer;
  const { evaluation, figures, certainty, sets } = assessment;
  const several = 'answers' in assessment ? assessment : undefined;
  printer.heading('Test');
  const photos =
    several?.answers.length ?? evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  if (unknown !== undefined)
    fact(
      'unknown',
      `${unknown} of ${photos} photos ${unknown === 1 ? 'is' : 'are'} unlike all training photos`,
    );
  printClasses(printer, classes, assessment);
  printer.say();
  const interval = (figure: Interval) => withInterval(printer, figure);
  if (several) fact('mean AP', interval(several.figures.averagePrecision));
  fact(several ? 'all right' : 'accuracy', interval(figures.accuracy));
  fact('macro-F1', interval(figures.macroF1));
  if (several) fact('micro-F1', interval(several.figures.microF1));
  printCalibration(printer, assessment);
  const { sure, accuracyWhereSure } = several ?? sets;
  const right = sure > 0 ? `; ${percent(accuracyWhereSure)} of these answers are right` : '';
  fact('sure', `of ${percent(sure)} of the photos${right}`);
  const found = several
    ? `of the classes that the photos have, ${percent(sets.coverage)} are among those that fit`
    : `the class of ${percent(sets.coverage)} of the photos is among those that fit`;
  fact('fits', `${found}; the threshold was chosen for ${percent(certainty.coverage)}`);
}

/** Prints a line with a bar for each class. */
function printClasses(
  printer: Printer,
  classes: readonly string[],
  assessment: Assessment | MultiLabelAssessment,
): void {
  const names = classes.map(forTerminal);
  const figures = assessment.evaluation.perClass.map(({ f1, support }, k) => {
    const precision =
      'answers' in assessment ? assessment.evaluation.perClass[k]!.averagePrecision : Number.NaN;
    const ranked = Number.isNaN(precision) ? '' : `, average precision ${percent(precision)}`;
    return `F1 ${(100 * f1).toFixed(0).padStart(3)} %  of ${support}${ranked}`;
  });
  const width = Math.max(...names.map(widthOf));
  const taken = 6 + width + Math.max(...figures.map(text => text.length));
  const length = Math.max(4, Math.min(24, printer.columns - 1 - taken));
  names.forEach((name, k) => {
    const bar = filledBar(printer, assessment.evaluation.perClass[k]!.f1, length);
    printer.say(`  ${padEnd(name, width)}  ${bar}  ${figures[k]}`);
  });
}

/** What the verdict says of the average confidence. */
const confidences = {
  'too sure': 'too high',
  'as sure as right': 'as it should be',
  'not sure enough': 'too low',
} as const;

function printCalibration(
  { fact }: Printer,
  { calibration: { raw, scaled }, certainty }: Assessment,
): void {
  const off = (100 * scaled.expectedError).toFixed(1);
  fact(
    'confidence',
    `${confidences[raw.verdict]} before calibration: ${percent(raw.confidence)} on average, right in ${percent(raw.accuracy)}`,
  );
  fact(
    'calibrated',
    `${percent(scaled.confidence)} on average at a temperature of ${certainty.temperature.toFixed(2)}; off by ${off} %`,
  );
}

/** A share, and where 95 of 100 such test sets would put it. */
export function withInterval(
  { paint }: Pick<Printer, 'paint'>,
  { value, low, high }: Interval,
): string {
  const [most, least] = [high, low].map(bound => (100 * bound).toFixed(0));
  const range = low === high ? 'too few photos to tell how surely' : `${least} to ${most} %`;
  return `${paint('bold', `${(100 * value).toFixed(1)} %`)}  ${paint('dim', range)}`;
}
