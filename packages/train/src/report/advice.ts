import type { Interval } from '../evaluation/intervals';
import type { ReportContent } from './content';
import { percent } from './html';

/** The facts that advice is derived from. */
export type AdviceFacts = Pick<
  ReportContent,
  'classes' | 'counts' | 'assessment' | 'history' | 'slices' | 'robustness'
>;

type Rule = (facts: AdviceFacts) => string | undefined;

/** If the interval of the accuracy is at least this wide, the other metrics are not meaningful either. */
const uselesslyWide = 0.25;
/** A share that is at least this much below another share deserves advice. */
const farBelow = 0.15;

/** Advice about a value of a column of the photos' table with fewer right answers than all photos have. */
export const missedKind: Rule = facts => {
  const { accuracy } = facts.assessment.figures;
  const worst = (facts.slices ?? [])
    .flatMap(({ column, values }) => values.map(each => ({ column, ...each })))
    .filter(each => each.accuracy.high < accuracy.value)
    .sort((a, b) => a.accuracy.value - b.accuracy.value)[0];
  if (!worst) return undefined;
  const value = worst.value === '' ? 'an empty cell' : worst.value;
  return (
    `Add photos with ${value} in the column ${worst.column}: it gets ${percent(worst.accuracy.value, 0)} of these ` +
    `${worst.photos} test photos right, but ${percent(accuracy.value, 0)} of all test photos.`
  );
};

/** Advice about photos of lower quality. */
export const worsePhotos: Rule = ({ robustness }) => {
  if (!robustness) return undefined;
  const { plain, conditions } = robustness;
  const worst = [...conditions].sort((a, b) => a.accuracy.value - b.accuracy.value)[0];
  if (!worst || worst.accuracy.value > plain.value - farBelow) return undefined;
  // Of few photos, chance alone explains such a difference.
  if (worst.accuracy.high >= plain.value) return undefined;
  return (
    `Train on photos of lower quality too, or expect fewer right answers on them: ${percent(worst.accuracy.value, 0)} are right when ` +
    `test photos are ${worst.name}, and ${percent(plain.value, 0)} when they are unchanged.`
  );
};

/** Rules for the next step, most urgent first. The first rule that applies gives the advice. */
const rules = {
  'hardly learned': facts => {
    const { accuracy, count, commonest } = sums(facts);
    const isChance = accuracy.value <= commonest.share;
    if (!isChance && !(count >= 30 && accuracy.low <= commonest.share)) return undefined;
    return (
      `First find out why it learned so little: always answering ${commonest.name} would be right in ` +
      `${percent(commonest.share, 0)} of cases, ` +
      'so check that each photo is in the right class, and that the classes can be told apart at this size.'
    );
  },
  'few test photos': facts => {
    const { accuracy, count } = sums(facts);
    if (accuracy.high - accuracy.low < uselesslyWide) return undefined;
    const photos = `${count} test ${count === 1 ? 'photo' : 'photos'}`;
    return (
      `Add test photos before you trust any number: with ${photos}, the share of right answers may be ${percent(accuracy.low, 0)} or ` +
      `${percent(accuracy.high, 0)}, and about ${photosForTenPoints(accuracy.value)} test photos would narrow this range to 10 points.`
    );
  },
  'too sure': ({ assessment }) => {
    const { verdict, confidence, accuracy } = assessment.calibration.scaled;
    if (verdict !== 'too sure') return undefined;
    return (
      `Do not trust its percentages yet: it is ${percent(confidence, 0)} sure on average and right in ${percent(accuracy, 0)} of cases, ` +
      'so add validation photos like those that it will meet, because its percentages are corrected with validation photos.'
    );
  },
  'two classes confused': facts => {
    const { mistakes, pair } = confusions(facts);
    if (!pair || pair.count < 3 || pair.count < mistakes / 3) return undefined;
    // With few classes, every pair of classes has a large share of the mistakes.
    const pairs = (facts.classes.length * (facts.classes.length - 1)) / 2;
    if (pair.count < (2 * mistakes) / pairs) return undefined;
    const [a, b] = pair.names;
    const share = pair.count === mistakes ? `all ${mistakes}` : `${pair.count} of the ${mistakes}`;
    return (
      `Start with ${a} and ${b}: ${share} mistakes are between these two, so check their labels, and add photos that ` +
      'show how they differ.'
    );
  },
  'few photos of a class': facts => {
    const { accuracy } = sums(facts);
    const { train } = facts.counts;
    const least = train.indexOf(Math.min(...train));
    const mean = train.reduce((sum, count) => sum + count, 0) / train.length;
    const { recall } = facts.assessment.perClass[least]!;
    if (!(train[least]! <= 0.75 * mean && recall.value <= accuracy.value - farBelow))
      return undefined;
    return (
      `Add photos of ${facts.classes[least]}: it has only ${train[least]} for training, the fewest of all classes, and ` +
      `${recognized(facts, least)}.`
    );
  },
  'learned by heart': facts => {
    const { accuracy } = sums(facts);
    const trained = facts.history.findLast(row => row.best)?.trainAccuracy;
    if (trained === undefined) return undefined;
    if (!(trained >= accuracy.value + farBelow && trained > accuracy.high)) return undefined;
    return (
      'Add training photos from other places and days, or augment the training photos more strongly: it gets ' +
      `${percent(trained, 0)} of them right, but only ${percent(accuracy.value, 0)} of the test photos right.`
    );
  },
  'a class is missed': facts => {
    const { accuracy } = sums(facts);
    const { perClass, evaluation } = facts.assessment;
    const there = [...perClass.keys()].filter(k => evaluation.perClass[k]!.support > 0);
    const worst = there.reduce((a, b) =>
      perClass[b]!.recall.value < perClass[a]!.recall.value ? b : a,
    );
    const { recall } = perClass[worst]!;
    const misses = missesOf(facts, worst);
    if (misses < 2 || recall.value > accuracy.value - farBelow) return undefined;
    return (
      `Add photos of ${facts.classes[worst]} like those that it missed: ${recognized(facts, worst)}, the lowest share of ` +
      'all classes.'
    );
  },
  'a kind of photo is missed': missedKind,
  'worse photos': worsePhotos,
  mistakes: facts => {
    const { mistakes } = confusions(facts);
    if (mistakes === 0) return undefined;
    const photos =
      mistakes === 1
        ? 'the photo that it got wrong, which is named below'
        : `the ${mistakes} photos that it got wrong, which are named below`;
    return `Look at ${photos}: a label may be wrong, or training may lack photos of this kind.`;
  },
  'all right': () =>
    'Try it on photos from other places, cameras and days: all test photos were right, so they cannot show where it fails.',
} as const satisfies Record<string, Rule>;

/** The subject of an advice. */
export type AdviceKind = keyof typeof rules;

/** The first rule that applies, and its advice. */
export function advise(facts: AdviceFacts): { readonly kind: AdviceKind; readonly text: string } {
  for (const [kind, rule] of Object.entries(rules) as [AdviceKind, Rule][]) {
    const text = rule(facts);
    if (text !== undefined) return { kind, text };
  }
  throw new Error('The last rule always applies.');
}

interface Sums {
  readonly accuracy: Interval;
  /** Number of test photos. */
  readonly count: number;
  /** The class with the most test photos, and its share of them. */
  readonly commonest: { readonly name: string; readonly share: number };
}

function sums({ classes, assessment }: AdviceFacts): Sums {
  const supports = assessment.evaluation.perClass.map(({ support }) => support);
  const count = supports.reduce((sum, support) => sum + support, 0);
  const most = Math.max(...supports);
  const commonest = { name: classes[supports.indexOf(most)]!, share: most / count };
  return { accuracy: assessment.figures.accuracy, count, commonest };
}

interface Confusions {
  readonly mistakes: number;
  /** The two classes that are confused most often; absent if there are no mistakes. */
  readonly pair?: { readonly names: readonly [string, string]; readonly count: number };
}

function confusions({ classes, assessment: { evaluation } }: AdviceFacts): Confusions {
  const { confusion } = evaluation;
  let mistakes = 0;
  let pair: Confusions['pair'];
  for (let a = 0; a < classes.length; a++)
    for (let b = a + 1; b < classes.length; b++) {
      const count = confusion[a]![b]! + confusion[b]![a]!;
      mistakes += count;
      if (count > (pair?.count ?? 0)) pair = { names: [classes[a]!, classes[b]!], count };
    }
  return { mistakes, ...(pair && { pair }) };
}

function missesOf({ assessment: { evaluation } }: AdviceFacts, k: number): number {
  return evaluation.perClass[k]!.support - evaluation.confusion[k]![k]!;
}

function recognized({ assessment: { evaluation } }: AdviceFacts, k: number): string {
  const { support } = evaluation.perClass[k]!;
  return `only ${evaluation.confusion[k]![k]} of its ${support} test photos were recognized`;
}

/** Number of photos for an interval about ten points wide, rounded up to a multiple of ten. */
function photosForTenPoints(share: number): number {
  // An observed share near 0 or 1 is limited to 0.1 or 0.9, because the true share is probably less extreme.
  const likely = Math.min(0.9, Math.max(0.1, share));
  return 10 * Math.ceil((likely * (1 - likely) * (2 * 1.96) ** 2) / 0.1 ** 2 / 10);
}
