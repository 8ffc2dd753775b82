import { requireKnown } from '../options/option-names';
import { areasOf, rankingsWhere } from './areas';
import {
  bootstrap,
  type Figure,
  type FigureOptions,
  figureOptions,
  type Interval,
  shareInterval,
} from './intervals';
import { scoresOf } from './multi-label';
import { checkTargets } from './samples';

/** The metrics of multi-label predictions that have an interval; `averagePrecision` is the mean over the classes. */
export type MultiLabelFigure = Figure | 'microF1' | 'hammingLoss';

export interface MultiLabelFigureOptions extends FigureOptions {
  /** Threshold of each class. Default 0.5 for all. */
  readonly thresholds?: ArrayLike<number>;
}

/** Number of bins of the calibration error, the same as in `calibration`. */
const bins = 10;

/**
 * Metrics of multi-label predictions with bootstrap intervals over the photos. The accuracy has a Wilson interval instead,
 * because it is a share. A class that a resample does not contain is left out of the averages of that resample.
 *
 * `averagePrecision` is the mean average precision. `calibrationError` is the expected calibration error of all yes-or-no
 * answers, one for each photo and class; an answer is "yes" if the probability is at least 0.5.
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param probability `[n, classes]`.
 * @example
 * ```ts
 * const targets = [1, 1, 0, 1, 1, 0, 0, 1];
 * const probability = [0.9, 0.6, 0.2, 0.7, 0.8, 0.4, 0.3, 0.2];
 * const figures = multiLabelIntervals(targets, probability, 2, { resamples: 200 });
 * console.log(figures.averagePrecision.value, figures.macroF1.low, figures.macroF1.high);
 * ```
 */
export function multiLabelIntervals(
  targets: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  options: MultiLabelFigureOptions = {},
): Record<MultiLabelFigure, Interval> {
  const { thresholds, ...ofBootstrap } = options;
  requireKnown('', options, { ...figureOptions, thresholds: true });
  checkTargets(targets, probability, classes);
  const photos = targets.length / classes;
  const ranked = rankingsWhere((row, k) => targets[row * classes + k] === 1, probability, classes);
  const error = calibrationErrorOf(targets, probability, classes);
  const times = new Float64Array(photos);
  const there = ranked.filter(({ positive }) => positive.includes(1)).length;
  const statistic = (samples: Int32Array): Record<MultiLabelFigure, number> => {
    times.fill(0);
    for (const sample of samples) times[sample]! += 1;
    const found = scoresOf(targets, probability, classes, thresholds, times);
    const { accuracy, balancedAccuracy, macroF1, microF1, hammingLoss, loss, brier } = found;
    const missing = there - found.perClass.filter(({ support }) => support > 0).length;
    const areas = areasOf(ranked, times);
    return {
      ...{ accuracy, balancedAccuracy, microF1, hammingLoss, loss, brier },
      macroF1: (macroF1 * classes) / (classes - missing),
      weightedF1: found.weighted.f1,
      calibrationError: error(times),
      rocArea: areas.macro.roc,
      averagePrecision: areas.macro.averagePrecision,
    };
  };
  const found = bootstrap(photos, statistic, ofBootstrap);
  const exact = Math.round(found.accuracy.value * photos);
  return { ...found, accuracy: shareInterval(exact, photos, options.level) };
}

/** Expected calibration error of the yes-or-no answers. Each photo counts as often as its weight says. */
function calibrationErrorOf(
  targets: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
): (times: Float64Array) => number {
  const gaps = Float64Array.from(probability, (own, place) => {
    const isRight = own >= 0.5 === (targets[place] === 1);
    return Math.max(own, 1 - own) - (isRight ? 1 : 0);
  });
  const places = Uint8Array.from(probability, own =>
    Math.max(0, Math.min(bins - 1, Math.ceil(Math.max(own, 1 - own) * bins - 1e-12) - 1)),
  );
  return times => {
    const sums = new Float64Array(bins);
    let count = 0;
    for (let place = 0; place < gaps.length; place++) {
      const often = times[Math.floor(place / classes)]!;
      sums[places[place]!]! += often * gaps[place]!;
      count += often;
    }
    return sums.reduce((total, sum) => total + Math.abs(sum), 0) / count;
  };
}
