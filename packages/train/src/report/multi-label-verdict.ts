import { isExact, type MultiLabelAssessment } from '../evaluation/multi-label-assessment';
import { type AdviceFacts, type AdviceKind, missedKind, worsePhotos } from './advice';
import { percent, range } from './html';
import type { MultiLabelContent } from './multi-label';

type Facts = MultiLabelContent<AdviceFacts>;

/** How often all classes of a photo are right, and how well photos with a class are told from those without. */
export function multiLabelGoodness({ answers, figures }: MultiLabelAssessment): string {
  const { averagePrecision } = figures;
  const count = answers.length;
  const hits = answers.filter(isExact).length;
  return (
    `It got all classes of ${hits} of ${count} test ${count === 1 ? 'photo' : 'photos'} right (${percent(hits / count)}); ` +
    `its mean average precision is ${percent(averagePrecision.value)}, and of other photos like these it will probably be ${range(averagePrecision)}.`
  );
}

export function multiLabelSureness(assessment: MultiLabelAssessment): string {
  const { sure, accuracyWhereSure } = assessment;
  return sure > 0
    ? `It says that it is sure of ${percent(sure, 0)} of them, and ${percent(accuracyWhereSure, 0)} of those answers have all classes right`
    : 'It is never sure of all classes of a photo';
}

type Rule = (facts: Facts) => string | undefined;

/** From this width of the interval of the mean average precision on, no other figure says much either. */
const uselesslyWide = 0.25;
/** How far one share must be below another to be worth a word. */
const farBelow = 0.15;

/** What to do next, the most pressing first, as `rules` of photos with one class has it. */
const rules = {
  'hardly learned': ({ assessment: { figures, evaluation, answers } }) => {
    const { averagePrecision } = figures;
    // Of scores that say nothing, the average precision of a class is the share of photos that have it.
    const there = evaluation.perClass.filter(({ support }) => support > 0);
    const chance = mean(there.map(({ support }) => support / answers.length));
    const isChance = averagePrecision.value <= chance;
    if (!isChance && !(answers.length >= 30 && averagePrecision.low <= chance)) return undefined;
    return (
      `Find out first why it learned so little: guessing would have a mean average precision of about ${percent(chance, 0)}, ` +
      'so check that each photo has its classes, and that they can be told at this size.'
    );
  },
  'few test photos': ({ assessment: { figures, answers } }) => {
    const { low, high } = figures.averagePrecision;
    if (high - low < uselesslyWide) return undefined;
    const photos = `${answers.length} test ${answers.length === 1 ? 'photo leaves' : 'photos leave'}`;
    return `Add photos before you trust a figure: ${photos} open whether its mean average precision is ${percent(low, 0)} or ${percent(high, 0)}.`;
  },
  'too sure': ({ assessment }) => {
    const { verdict, confidence, accuracy } = assessment.calibration.scaled;
    if (verdict !== 'too sure') return undefined;
    return (
      `Do not trust its percentages yet: of single classes it is ${percent(confidence, 0)} sure on average and right in ${percent(accuracy, 0)} of ` +
      'cases, so add validation photos like those that it will meet, by which its percentages are corrected.'
    );
  },
  'few photos of a class': ({ classes, counts: { train }, assessment }) => {
    const least = train.indexOf(Math.min(...train));
    const { averagePrecision } = assessment.evaluation.perClass[least]!;
    const isBad = averagePrecision <= assessment.figures.averagePrecision.value - farBelow;
    if (!(train[least]! <= 0.75 * mean(train) && isBad)) return undefined;
    return (
      `Add photos of ${classes[least]}: it has only ${train[least]} for training, the fewest of all classes, and its average precision is ` +
      `${percent(averagePrecision, 0)}.`
    );
  },
  'learned by heart': ({ assessment: { figures }, history }) => {
    const { value, high } = figures.accuracy;
    const trained = history.findLast(row => row.best)?.trainAccuracy;
    if (trained === undefined || !(trained >= value + farBelow && trained > high)) return undefined;
    return (
      'Add training photos from other places and days, or vary those that there are more strongly: it gets all classes of ' +
      `${percent(trained, 0)} of them right, but only of ${percent(value, 0)} of the test photos.`
    );
  },
  'a class is missed': ({ classes, assessment: { perClass, evaluation } }) => {
    const there = [...perClass.keys()].filter(k => evaluation.perClass[k]!.support > 0);
    if (there.length === 0) return undefined;
    const recallOf = (k: number) => evaluation.perClass[k]!.recall;
    const worst = there.reduce((a, b) => (recallOf(b) < recallOf(a) ? b : a));
    const { support } = evaluation.perClass[worst]!;
    const found = Math.round(recallOf(worst) * support);
    if (support - found < 2 || recallOf(worst) > mean(there.map(recallOf)) - farBelow)
      return undefined;
    return (
      `Add photos of ${classes[worst]} like those that it missed: it found only ${found} of the ${support} test photos that have it, the smallest ` +
      'share of all classes.'
    );
  },
  'a kind of photo is missed': missedKind,
  'worse photos': worsePhotos,
  mistakes: ({ assessment: { answers } }) => {
    const mistakes = answers.filter(each => !isExact(each)).length;
    if (mistakes === 0) return undefined;
    const photos =
      mistakes === 1
        ? 'the photo that it got wrong, which is named below'
        : `the ${mistakes} photos that it got wrong, which are named below`;
    return `Look at ${photos}: a class may be missing in the table, or training may lack photos of this kind.`;
  },
  'all right': () =>
    'Try it on photos from other places, cameras and days: all classes of all test photos were right, so they cannot show where it fails.',
} as const satisfies Partial<Record<AdviceKind, Rule>>;

/** The first advice that applies. */
export function adviseMultiLabel(facts: Facts): {
  readonly kind: AdviceKind;
  readonly text: string;
} {
  for (const [kind, rule] of Object.entries(rules) as [AdviceKind, Rule][]) {
    const text = rule(facts);
    if (text !== undefined) return { kind, text };
  }
  throw new Error('The last rule always applies.');
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
