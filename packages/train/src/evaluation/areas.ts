import { checkLabels, column } from './samples';

/** How well the scores of one class rank its samples above all others, over all thresholds. */
export interface Areas {
  /** Area below the ROC curve: 0.5 for chance, 1 for a perfect ranking. NaN if all samples, or none, have the class. */
  readonly roc: number;
  /**
   * Area below the precision-recall curve (average precision). For chance it is the share of the class. NaN if no sample
   * has the class.
   */
  readonly averagePrecision: number;
}

export interface RankingAreas {
  /** Areas of each class against all other classes. */
  readonly perClass: readonly Areas[];
  /** Mean over the classes that have an area. */
  readonly macro: Areas;
  /** Mean over the classes, weighted by the number of samples of each class. */
  readonly weighted: Areas;
}

export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** Thresholds, highest first. The first threshold is infinite: no sample is predicted positive there. */
  readonly thresholds: Float64Array;
}

export interface PrecisionRecallCurve {
  /** Precision at each threshold, by rising threshold. The last value is 1 by definition, and has no threshold. */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/**
 * Areas below the ROC and precision-recall curves, each class against the rest.
 *
 * A class without samples has no area and is left out of the averages. (For such a class, scikit-learn raises an error for
 * the ROC area, and counts 0 for the average precision.)
 *
 * @param labels n class indices.
 * @param scores `[n, classes]`, such as probabilities.
 * @see https://scikit-learn.org/stable/modules/model_evaluation.html#roc-metrics `multi_class='ovr'`
 * @example
 * ```ts
 * const { perClass, macro } = rankingAreas(labels, probability, classNames.length);
 * for (const [k, { roc }] of perClass.entries()) console.log(classNames[k], roc);
 * console.log(macro.averagePrecision);
 * ```
 */
export function rankingAreas(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): RankingAreas {
  return areasOf(rankings(labels, scores, classes));
}

/** Which samples are positive for one class, sorted by falling score. */
export interface Ranking {
  readonly positive: Uint8Array;
  readonly scores: Float64Array;
  readonly order: Uint32Array;
}

/** Ranks all samples once for each class. */
export function rankings(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): Ranking[] {
  checkLabels(labels, scores, classes);
  return rankingsWhere((row, k) => labels[row] === k, scores, classes);
}

/** @param isPositive Returns whether a sample has the class. */
export function rankingsWhere(
  isPositive: (row: number, k: number) => boolean,
  scores: ArrayLike<number>,
  classes: number,
): Ranking[] {
  return Array.from({ length: classes }, (_, k) => {
    const own = column(scores, classes, k);
    const positive = Uint8Array.from(own, (_, row) => (isPositive(row, k) ? 1 : 0));
    return { positive, scores: own, order: byFallingScore(own) };
  });
}

/** @param times How often each sample counts. Default: once. */
export function areasOf(ranked: readonly Ranking[], times?: ArrayLike<number>): RankingAreas {
  const support = new Float64Array(ranked.length);
  const perClass = ranked.map((ranking, k): Areas => {
    const steps = stepsOf(ranking, times);
    support[k] = steps.hits.at(-1) ?? 0;
    return { roc: rocOf(steps), averagePrecision: precisionOf(steps) };
  });
  const average = (name: keyof Areas, weightOf: (k: number) => number) => {
    const there = [...perClass.keys()].filter(k => !Number.isNaN(perClass[k]![name]));
    const total = there.reduce((sum, k) => sum + weightOf(k), 0);
    return there.reduce((sum, k) => sum + weightOf(k) * perClass[k]![name], 0) / total;
  };
  const averages = (weightOf: (k: number) => number): Areas => ({
    roc: average('roc', weightOf),
    averagePrecision: average('averagePrecision', weightOf),
  });
  return { perClass, macro: averages(() => 1), weighted: averages(k => support[k]!) };
}

/**
 * Area below the ROC curve of a yes-or-no question: the probability that a positive sample scores higher than a negative
 * one. A tie counts half.
 *
 * @example
 * ```ts
 * rocArea([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75: three of the four pairs are in order
 * ```
 */
export function rocArea(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): number {
  return rocOf(ranked(positive, scores));
}

/**
 * Average precision: the mean of the precision over the steps of recall. NaN if there are no positives.
 *
 * @example
 * ```ts
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.83: one negative ranks above a positive
 * ```
 */
export function averagePrecision(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): number {
  return precisionOf(ranked(positive, scores));
}

/**
 * All points of the ROC curve (`drop_intermediate=False` in scikit-learn).
 *
 * @example
 * ```ts
 * const scores = [0.1, 0.4, 0.35, 0.8];
 * const { truePositiveRate, falsePositiveRate, thresholds } = rocCurve([0, 0, 1, 1], scores);
 * // The highest threshold that finds every positive, and the false alarms that it costs.
 * const point = truePositiveRate.indexOf(1);
 * console.log(thresholds[point], falsePositiveRate[point]); // 0.35 0.5
 * ```
 */
export function rocCurve(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): RocCurve {
  const { hits, alarms, thresholds } = ranked(positive, scores);
  const from0 = (counts: Float64Array) => {
    const total = counts.at(-1) ?? 0;
    return Float64Array.from([0, ...counts], count => count / total);
  };
  return {
    falsePositiveRate: from0(alarms),
    truePositiveRate: from0(hits),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds]),
  };
}

/**
 * All points of the precision-recall curve.
 *
 * @example
 * ```ts
 * const scores = [0.1, 0.4, 0.35, 0.8];
 * const { precision, recall, thresholds } = precisionRecallCurve([0, 0, 1, 1], scores);
 * // The lowest threshold with a precision of 0.9, and the positives that it finds.
 * const point = precision.findIndex(value => value >= 0.9);
 * console.log(thresholds[point], recall[point]); // 0.8 0.5
 * ```
 */
export function precisionRecallCurve(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve {
  const { hits, alarms, thresholds } = ranked(positive, scores);
  const total = hits.at(-1) ?? 0;
  const precision = hits.map((count, step) => count / (count + alarms[step]!)).reverse();
  const recall = hits.map(count => count / total).reverse();
  return {
    precision: Float64Array.from([...precision, 1]),
    recall: Float64Array.from([...recall, 0]),
    thresholds: thresholds.slice().reverse(),
  };
}

/** The ROC and precision-recall curves as steps: one step for each distinct score, highest first. */
interface Steps {
  /** Number of positives with at least this score. */
  readonly hits: Float64Array;
  /** Number of negatives with at least this score. */
  readonly alarms: Float64Array;
  readonly thresholds: Float64Array;
}

function ranked(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): Steps {
  if (positive.length !== scores.length) {
    throw new RangeError(
      `There are ${positive.length} truth values for ${scores.length} scores. Give one for each score.`,
    );
  }
  return stepsOf({
    positive: Uint8Array.from({ length: scores.length }, (_, row) => (positive[row] ? 1 : 0)),
    scores: Float64Array.from(scores),
    order: byFallingScore(scores),
  });
}

function byFallingScore(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, index) => index);
  return order.sort((a, b) => scores[b]! - scores[a]!);
}

function stepsOf({ positive, scores, order }: Ranking, times?: ArrayLike<number>): Steps {
  const count = order.length;
  const hits = new Float64Array(count);
  const alarms = new Float64Array(count);
  const thresholds = new Float64Array(count);
  let step = 0;
  let right = 0;
  let wrong = 0;
  for (let rank = 0; rank < count; rank++) {
    const sample = order[rank]!;
    const score = scores[sample]!;
    const often = times ? times[sample]! : 1;
    if (positive[sample]) right += often;
    else wrong += often;
    if (rank + 1 < count && scores[order[rank + 1]!] === score) continue;
    hits[step] = right;
    alarms[step] = wrong;
    thresholds[step] = score;
    step += 1;
  }
  return {
    hits: hits.subarray(0, step),
    alarms: alarms.subarray(0, step),
    thresholds: thresholds.subarray(0, step),
  };
}

function rocOf({ hits, alarms }: Steps): number {
  let area = 0;
  for (let step = 0; step < hits.length; step++) {
    const before = step === 0 ? 0 : hits[step - 1]!;
    const width = alarms[step]! - (step === 0 ? 0 : alarms[step - 1]!);
    area += (width * (hits[step]! + before)) / 2;
  }
  return area / ((hits.at(-1) ?? 0) * (alarms.at(-1) ?? 0));
}

function precisionOf({ hits, alarms }: Steps): number {
  const total = hits.at(-1) ?? 0;
  let sum = 0;
  for (let step = 0; step < hits.length; step++) {
    const gained = hits[step]! - (step === 0 ? 0 : hits[step - 1]!);
    if (gained > 0) sum += (gained * hits[step]!) / (hits[step]! + alarms[step]!);
  }
  return sum / total;
}
