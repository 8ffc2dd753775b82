import { type RankingAreas, rankingAreas } from './areas';
import { type Calibration, calibration } from './calibration';
import { answer, type Certainty } from './certainty';
import { evaluateSets, type SetReport } from './conformal';
import { hardest, type SamplePrediction } from './hardest';
import {
  type ClassIntervals,
  classIntervals,
  type Figure,
  type FigureOptions,
  figureIntervals,
  type Interval,
} from './intervals';
import { type Evaluation, evaluate, probabilities } from './metrics';
import { topKAccuracy } from './top';

/** How good a classifier is on one set of samples, as plain data. */
export interface Assessment {
  readonly evaluation: Evaluation;
  /** Metrics of all samples with their bootstrap intervals. */
  readonly figures: Readonly<Record<Figure, Interval>>;
  readonly perClass: readonly ClassIntervals[];
  readonly areas: RankingAreas;
  /**
   * Share of samples whose class is among the 3 most probable classes. With fewer than 4 classes, `k` is the number of
   * classes minus 1.
   */
  readonly top: { readonly k: number; readonly accuracy: number };
  readonly calibration: {
    readonly raw: Calibration;
    /** Calibration at the fitted temperature. */
    readonly scaled: Calibration;
  };
  readonly certainty: Certainty;
  /** How often the true class was in the prediction set, by the threshold of `certainty`. */
  readonly sets: SetReport;
  /** All samples, sorted by loss, highest first. */
  readonly hardest: readonly SamplePrediction[];
}

/**
 * Assesses a classifier on samples that were used neither for training nor for fitting `certainty`.
 *
 * @param labels n class indices.
 * @param logits `[n, classes]`.
 * @param certainty Fitted on a validation set by `fitCertainty`.
 * @example
 * ```ts
 * const certainty = { temperature: 1.3, threshold: 0.2, coverage: 0.9 }; // by `fitCertainty`
 * const { figures, sets, top } = assess(labels, await logits.data(), 9, certainty);
 * const { value, low, high } = figures.macroF1; // with its 95 % interval
 * console.log(value, low, high, sets.coverage, top.accuracy);
 * ```
 */
export function assess(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  certainty: Certainty,
  options: FigureOptions = {},
): Assessment {
  const raw = probabilities(logits, classes);
  const scaled = probabilities(logits, classes, certainty.temperature);
  const evaluation = evaluate(labels, raw, classes);
  const k = Math.min(3, classes - 1);
  const sets = Array.from({ length: labels.length }, (_, sample) => {
    const row = Array.from({ length: classes }, (_, index) => logits[sample * classes + index]!);
    return answer(row, certainty).fitting;
  });
  return {
    evaluation,
    figures: figureIntervals(labels, raw, classes, options),
    perClass: classIntervals(evaluation.confusion),
    areas: rankingAreas(labels, raw, classes),
    top: { k, accuracy: topKAccuracy(labels, raw, classes, k) },
    calibration: {
      raw: calibration(labels, raw, classes),
      scaled: calibration(labels, scaled, classes),
    },
    certainty,
    sets: evaluateSets(labels, sets, classes),
    hardest: hardest(labels, scaled, classes),
  };
}
