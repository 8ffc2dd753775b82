import { requireKnown } from '../options/option-names';
import { areasOf, rankingsWhere } from './areas';
import type { Assessment } from './assessment';
import { calibration } from './calibration';
import type { Certainty, CertaintyOptions } from './certainty';
import { conformalQuantile, evaluateSets, type SetReport } from './conformal';
import type { SamplePrediction } from './hardest';
import { type FigureOptions, type Interval, intervalsOf } from './intervals';
import { predictions } from './metrics';
import { evaluateMultiLabel, type MultiLabelEvaluation, scoresOf, sigmoids } from './multi-label';
import { type MultiLabelFigure, multiLabelIntervals } from './multi-label-intervals';
import { checkTargets } from './samples';
import { fitTemperature, temperatureOptions } from './temperature';
import { chooseThresholds, type ThresholdOptions } from './thresholds';

/**
 * All that is needed to say which classes a photo has, as plain data. A class is there when its probability, `sigmoid(logit / temperature)`,
 * is at its threshold or above. Its `threshold` is that of all classes above which the promised share of the classes that photos have lies.
 */
export interface MultiLabelCertainty extends Certainty {
  /** `[classes]`, those with the highest F1. */
  readonly thresholds: readonly number[];
}

export interface MultiLabelCertaintyOptions extends CertaintyOptions, ThresholdOptions {}

/**
 * Fits the temperature of yes-or-no answers, then the thresholds.
 *
 * Take samples that had no part in the weights, and none in the choice of the epoch whose weights are kept (`heldOutLogits`).
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param logits `[n, classes]`.
 * @throws RangeError as `fitTemperature` does.
 * @example
 * ```ts
 * const targets = [1, 1, 0, 1, 1, 0, 0, 0];
 * const { temperature, thresholds } = fitMultiLabelCertainty(targets, [3, 1, -2, 2, 4, -1, -3, -2], 2);
 * console.log(temperature, thresholds);
 * ```
 */
export function fitMultiLabelCertainty(
  targets: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  options: MultiLabelCertaintyOptions = {},
): MultiLabelCertainty {
  const { coverage = 0.9, floor = 0.5, ...ofTemperature } = options;
  requireKnown('', options, { coverage: true, floor: true, ...temperatureOptions });
  checkTargets(targets, logits, classes);
  const temperature = fitTemperature(Array.from(targets), noAndYes(logits), 2, ofTemperature);
  const probability = sigmoids(logits, temperature);
  // Negative probabilities rank as one minus them would, without its rounding.
  const present = probability.filter((_, place) => targets[place] === 1);
  const limit = conformalQuantile(
    present.map(value => -value),
    coverage,
  );
  const thresholds = Array.from(chooseThresholds(targets, probability, classes, { floor }));
  return { temperature, threshold: Math.max(0, -limit), coverage, thresholds };
}

/** Logits of no, which are 0, and of yes. */
const noAndYes = (logits: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 2 * logits.length }, (_, place) =>
    place % 2 === 0 ? 0 : logits[place >> 1]!,
  );

/** How good a classifier is on photos that may have several classes, as plain data. */
export interface MultiLabelAssessment extends Assessment {
  /** At the temperature and thresholds of `certainty`. */
  readonly evaluation: MultiLabelEvaluation;
  /** The same with bootstrap intervals; `averagePrecision` is the mean average precision. */
  readonly figures: Readonly<Record<MultiLabelFigure, Interval>>;
  /** Share of the photos that have one of their classes among the most probable ones. */
  readonly top: { readonly k: number; readonly accuracy: number };
  readonly certainty: MultiLabelCertainty;
}

/**
 * Assesses a classifier on photos that may have several classes, and that neither its training nor `certainty` has seen.
 *
 * Calibration is that of yes and no, for each photo and class. `sets` counts a photo once for each class that it has. Of `hardest`, the
 * truth is the class of the photo that was expected least, -1 where it has none; a photo's loss is the mean of its classes.
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param logits `[n, classes]`.
 * @param certainty Fitted on a validation set by `fitMultiLabelCertainty`.
 * @example
 * ```ts
 * const targets = [1, 1, 0, 1, 1, 0, 0, 0];
 * const logits = [3, 1, -2, 2, 4, -1, -3, -2];
 * const certainty = fitMultiLabelCertainty(targets, logits, 2); // of other photos
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
  };
}

/** Of each answer the probabilities of no and of yes. */
const yesAndNo = (probability: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * probability.length }, (_, place) => {
    const yes = probability[place >> 1]!;
    return place % 2 === 0 ? 1 - yes : yes;
  });

/** Of the photos with a class the share that has one of them among the `k` most probable. */
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

/** The classes above a threshold, for each class that a photo has. */
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
    throw new RangeError('No photo has any class: there is nothing to assess.');
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
