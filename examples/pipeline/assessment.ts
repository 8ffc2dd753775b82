import type { Assessment, Interval, MultiLabelAssessment } from '@shroom/train';
import { fact, heading, paint, say } from './terminal';

/**
 * A bar for each class, accuracy with intervals, and how often the classifier is sure.
 *
 * @param unknown How many of the photos are unlike anything that it was trained on, where that is known.
 */
export function announceAssessment(
  classes: readonly string[],
  assessment: Assessment | MultiLabelAssessment,
  unknown?: number,
): void {
  const { evaluation, figures, certainty, sets } = assessment;
  const several = 'answers' in assessment ? assessment : undefined;
  heading('Test');
  const photos =
    several?.answers.length ?? evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  if (unknown !== undefined)
    fact('unknown', `${unknown} of ${photos} photos are unlike all training photos`);
  const width = Math.max(...classes.map(name => name.length));
  classes.forEach((name, k) => {
    const { f1, support } = evaluation.perClass[k]!;
    const filled = Math.round(24 * f1);
    const bar = paint('green', '█'.repeat(filled)) + paint('dim', '░'.repeat(24 - filled));
    const precision = several ? several.evaluation.perClass[k]!.averagePrecision : Number.NaN;
    const ranked = Number.isNaN(precision) ? '' : `, average precision ${share(precision)}`;
    say(
      `  ${name.padEnd(width)}  ${bar}  F1 ${(100 * f1).toFixed(0).padStart(3)} %  of ${support}${ranked}`,
    );
  });
  say();
  if (several) fact('mean AP', withInterval(several.figures.averagePrecision));
  fact(several ? 'all right' : 'accuracy', withInterval(figures.accuracy));
  fact('macro-F1', withInterval(figures.macroF1));
  if (several) fact('micro-F1', withInterval(several.figures.microF1));
  announceCalibration(assessment);
  const { sure, accuracyWhereSure } = several ?? sets;
  const right = sure > 0 ? `; ${share(accuracyWhereSure)} of these answers are right` : '';
  fact('sure', `of ${share(sure)} of the photos${right}`);
  const what = several
    ? 'of the classes that photos have, those that fit are'
    : 'the class is among those that fit in';
  const found = several ? 'here' : 'it is in';
  fact('promise', `${what} ${share(certainty.coverage)}; ${found} ${share(sets.coverage)}`);
}

function announceCalibration({ calibration: { raw, scaled }, certainty }: Assessment): void {
  const off = (100 * scaled.expectedError).toFixed(1);
  fact(
    'by itself',
    `${raw.verdict}: ${share(raw.confidence)} sure on average, right in ${share(raw.accuracy)}`,
  );
  fact(
    'calibrated',
    `${share(scaled.confidence)} sure at a temperature of ${certainty.temperature.toFixed(2)}; off by ${off} % on average`,
  );
}

const share = (value: number) => `${Math.round(100 * value)} %`;

/** A share, and where 95 of 100 such test sets would put it. */
function withInterval({ value, low, high }: Interval): string {
  const [most, least] = [high, low].map(bound => (100 * bound).toFixed(0));
  return `${paint('bold', `${(100 * value).toFixed(1)} %`)}  ${paint('dim', low === high ? 'too few photos to tell how surely' : `${least} to ${most} %`)}`;
}
