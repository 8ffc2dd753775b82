import { areasOf, rankingsWhere } from './areas';
import type { Assessment } from './assessment';
import { calibration } from './calibration';
import { evaluateSets, type SetReport } from './conformal';
import type { SamplePrediction } from './hardest';
import { type FigureOptions, type Interval, intervalsOf } from './intervals';
import { predictions } from './metrics';
import { evaluateMultiLabel, type MultiLabelEvaluation, scoresOf, sigmoids } from './multi-label';
import { answerMultiLabel, type MultiLabelCertainty } from './multi-label-certainty';
import { type MultiLabelFigure, multiLabelIntervals } from './multi-label-intervals';
import { checkTargets } from './samples';

/** Metrics of a classifier on photos that may have several classes, as plain data. */
export interface MultiLabelAssessment extends Assessment {
  /** Metrics at the temperature and thresholds of `certainty`. */
  readonly evaluation: MultiLabelEvaluation;
  /** The metrics of `evaluation` with bootstrap intervals; `averagePrecision` is the mean average precision. */
  readonly figures: Readonly<Record<MultiLabelFigure, Interval>>;
  /** Share of the photos for which at least one of their classes is among the `k` most probable classes. */
  readonly top: { readonly k: number; readonly accuracy: number };
  readonly certainty: MultiLabelCertainty;
  /** The answer for each photo, in the order of the samples. */
  readonly answers: readonly LabelAnswer[];
  /** Share of photos with a sure answer. */
  readonly sure: number;
  /** Among the sure answers, the share with all classes right. NaN if no answer was sure. */
  readonly accuracyWhereSure: number;
}

/** True and predicted classes of one photo. */
export interface LabelAnswer {
  /** The classes that it has, ascending. */
  readonly truth: readonly number[];
  /** The classes whose probability is at least their threshold, ascending. */
  readonly said: readonly number[];
  /** `sure` of `answerMultiLabel`. */
  readonly sure: boolean;
}

/**
 * Assesses a classifier on photos that may have several classes. The photos were used neither for training nor for fitting
 * `certainty`.
 *
 * The calibration is that of the yes-or-no answers for each photo and class. `sets` counts a photo once for each class that
 * it has. In `hardest`, `truth` is the class of the photo with the lowest probability, or -1 if the photo has no class;
 * `loss` is the mean over all classes.
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param logits `[n, classes]`.
 * @param certainty Fitted on a validation set by `fitMultiLabelCertainty`.
 * @example
 * ```ts
 * const targets = [1, 1, 0, 1, 1, 0, 0, 0];
 * const logits = [3, 1, -2, 2, 4, -1, -3, -2];
 * const certainty = fitMultiLabelCertainty(targets, logits, 2); // fit it on other photos
 * const { figures, evaluation } = assessMultiLabel(targets, logits, 2, certainty);
 * console.log(figures.averagePrecision, evaluation.microF1);
 * ```
 */
export function assessMultiLabel(
  targets: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  certainty: MultiLabelCertainty,
  options: FigureOptions = {},
): MultiLabelAssessment {
  checkTargets(targets, logits, classes);
  const { temperature, threshold, thresholds } = certainty;
  const raw = sigmoids(logits);
  const scaled = sigmoids(logits, temperature);
  const truth = Array.from(targets);
  const has = (row: number, k: number) => targets[row * classes + k] === 1;
  const k = Math.min(3, classes - 1);
  const { counts } = scoresOf(targets, scaled, classes, thresholds);
  const answers = answersOf(targets, logits, classes, certainty);
  const sure = answers.filter(each => each.sure);
  return {
    evaluation: evaluateMultiLabel(targets, scaled, classes, thresholds),
    figures: multiLabelIntervals(targets, scaled, classes, { ...options, thresholds }),
    perClass: counts.map(each => intervalsOf(each)),
    areas: areasOf(rankingsWhere(has, scaled, classes)),
    top: { k, accuracy: topShare(targets, scaled, classes, k) },
    calibration: {
      raw: calibration(truth, yesAndNo(raw), 2),
      scaled: calibration(truth, yesAndNo(scaled), 2),
    },
    certainty,
    sets: setsOf(targets, scaled, classes, threshold),
    hardest: hardestOf(targets, scaled, classes),
    answers,
    sure: sure.length / answers.length,
    accuracyWhereSure: sure.filter(isExact).length / sure.length,
  };
}

/** Whether a photo was said to have exactly the classes that it has. */
export const isExact = ({ truth, said }: LabelAnswer): boolean =>
  truth.length === said.length && truth.every((k, index) => said[index] === k);

function answersOf(
  targets: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  certainty: MultiLabelCertainty,
): LabelAnswer[] {
  return Array.from({ length: targets.length / classes }, (_, photo) => {
    const places = Array.from({ length: classes }, (_, k) => photo * classes + k);
    const row = places.map(place => logits[place]!);
    const { present, sure } = answerMultiLabel(row, certainty);
    const truth = [...places.keys()].filter(k => targets[places[k]!] === 1);
    return { truth, said: [...present].sort((a, b) => a - b), sure };
  });
}

/** The probabilities of "no" and "yes" for each answer. */
const yesAndNo = (probability: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * probability.length }, (_, place) => {
    const yes = probability[place >> 1]!;
    return place % 2 === 0 ? 1 - yes : yes;
  });

/** Share of the photos with a class for which at least one of their classes is among the `k` most probable. */
function topShare(
  targets: ArrayLike<number>,
  probability: Float64Array,
  classes: number,
  k: number,
): number {
  let [hits, count] = [0, 0];
  for (let start = 0; start < probability.length; start += classes) {
    const places = Array.from({ length: classes }, (_, index) => start + index);
    if (!places.some(place => targets[place] === 1)) continue;
    const ranked = places.sort((a, b) => probability[b]! - probability[a]!);
    count += 1;
    hits += ranked.slice(0, k).some(place => targets[place] === 1) ? 1 : 0;
  }
  return hits / count;
}

/** For each class that a photo has, the classes of the photo that reach the threshold. */
function setsOf(
  targets: ArrayLike<number>,
  probability: Float64Array,
  classes: number,
  threshold: number,
): SetReport {
  const labels: number[] = [];
  const sets: number[][] = [];
  for (let place = 0; place < probability.length; place++) {
    if (targets[place] !== 1) continue;
    const start = place - (place % classes);
    labels.push(place % classes);
    sets.push(
      Array.from({ length: classes }, (_, k) => k).filter(
        k => probability[start + k]! >= threshold,
      ),
    );
  }
  if (labels.length === 0)
    throw new RangeError('No photo has a class, so there is nothing to assess.');
  return evaluateSets(labels, sets, classes);
}

function hardestOf(
  targets: ArrayLike<number>,
  probability: Float64Array,
  classes: number,
): SamplePrediction[] {
  const predicted = predictions(probability, classes);
  const samples = Array.from(predicted, (most, sample): SamplePrediction => {
    const start = sample * classes;
    let [truth, loss] = [-1, 0];
    for (let k = 0; k < classes; k++) {
      const own = probability[start + k]!;
      const has = targets[start + k] === 1;
      if (has && (truth < 0 || own < probability[start + truth]!)) truth = k;
      loss -= Math.log(Math.max(has ? own : 1 - own, Number.EPSILON)) / classes;
    }
    return { sample, truth, predicted: most, probability: probability[start + most]!, loss };
  });
  return samples.sort((a, b) => b.loss - a.loss || a.sample - b.sample);
}
