import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireNumber } from '../options/requirements';
import { mixed } from '../random/order';
import { areasOf, rankings } from './areas';
import { calibration, quantile } from './calibration';
import { evaluate } from './metrics';
import { pick } from './samples';

/** A metric with its confidence interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Number of bootstrap resamples. Default 1000. */
  readonly resamples?: number;
  /** Confidence level: the share of such intervals that contain the true value. Default 0.95. */
  readonly level?: number;
  /** Random seed. Default 0. */
  readonly seed?: number;
  /**
   * Stratum of each sample as a number. Each resample draws as many samples of a stratum as it has, so no class is missing.
   * Default: one stratum.
   */
  readonly strata?: ArrayLike<number>;
}

/**
 * Percentile bootstrap: computes the metrics for many resamples, each drawn with replacement from the given samples.
 *
 * @param count Number of samples.
 * @param statistic Computes the metrics of the samples with the given indices. It is called `resamples + 1` times. A metric
 *   that is NaN in a resample is ignored there.
 * @see Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13
 * @example
 * ```ts
 * const errors = [0.2, 0.9, 0.4, 0.7, 0.3];
 * const { mean } = bootstrap(errors.length, samples => ({
 *   mean: samples.reduce((sum, sample) => sum + errors[sample]!, 0) / samples.length,
 * }));
 * console.log(mean.value, mean.low, mean.high); // 0.5 0.28 0.74
 * ```
 */
export function bootstrap<Name extends string>(
  count: number,
  statistic: (samples: Int32Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  const { resamples = 1000, level = 0.95, seed = 0, strata } = options;
  requireKnown('', options, { ...figureOptions, strata: true });
  requireInteger('resamples', resamples, { least: 1 });
  requireNumber('level', level, { above: 0, below: 1 });
  if (!(count >= 1))
    throw new RangeError(`A bootstrap needs at least 1 sample; there are ${count}.`);
  const values = statistic(Int32Array.from({ length: count }, (_, index) => index));
  const names = Object.keys(values) as Name[];
  const groups = groupsOf(count, strata);
  const draws = new Map<Name, number[]>(names.map(name => [name, []]));
  const samples = new Int32Array(count);
  for (let resample = 0; resample < resamples; resample++) {
    let next = 0;
    for (const group of groups) {
      for (let draw = 0; draw < group.length; draw++, next++) {
        const place = Math.floor((mixed(seed, resample, next) / 2 ** 32) * group.length);
        samples[next] = group[place]!;
      }
    }
    const drawn = statistic(samples);
    for (const name of names) {
      if (!Number.isNaN(drawn[name])) draws.get(name)!.push(drawn[name]);
    }
  }
  const intervals = names.map(name => {
    const drawn = draws.get(name)!;
    const at = (share: number) => (drawn.length === 0 ? Number.NaN : quantile(drawn, share));
    return [name, { value: values[name], low: at((1 - level) / 2), high: at((1 + level) / 2) }];
  });
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

/** The metrics of an evaluation that have an interval. */
export type Figure =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'macroF1'
  | 'weightedF1'
  | 'loss'
  | 'brier'
  | 'calibrationError'
  | 'rocArea'
  | 'averagePrecision';

export interface FigureOptions {
  /** Number of bootstrap resamples. Default 1000. */
  readonly resamples?: number;
  /** Confidence level. Default 0.95. */
  readonly level?: Level;
  /** Random seed. Default 0. */
  readonly seed?: number;
}

export const figureOptions: NamesOf<FigureOptions> = { resamples: true, level: true, seed: true };

/**
 * Metrics of an evaluation with bootstrap intervals. The accuracy has a Wilson interval instead, because it is a share. A
 * class that a resample does not contain is left out of the averages of that resample.
 *
 * With few errors the bootstrap intervals are too narrow: if all samples are right, the interval of the macro F1 is 1 to 1.
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @example
 * ```ts
 * const { accuracy, macroF1 } = figureIntervals(labels, probability, 9, { level: 0.9 });
 * console.log(`${macroF1.value} (${macroF1.low} to ${macroF1.high})`);
 * ```
 */
export function figureIntervals(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  options: FigureOptions = {},
): Record<Figure, Interval> {
  requireKnown('', options, figureOptions);
  const ranked = rankings(labels, probability, classes);
  const times = new Float64Array(labels.length);
  const there = new Set(Array.from(labels)).size;
  const statistic = (samples: Int32Array): Record<Figure, number> => {
    const drawn = pick(labels, probability, classes, samples);
    const { accuracy, balancedAccuracy, macroF1, weighted, loss, brier, perClass } = evaluate(
      drawn.labels,
      drawn.rows,
      classes,
    );
    const missing = there - perClass.filter(({ support }) => support > 0).length;
    times.fill(0);
    for (const sample of samples) times[sample]! += 1;
    const areas = areasOf(ranked, times);
    return {
      accuracy,
      balancedAccuracy,
      macroF1: (macroF1 * classes) / (classes - missing),
      weightedF1: weighted.f1,
      loss,
      brier,
      calibrationError: calibration(drawn.labels, drawn.rows, classes).expectedError,
      rocArea: areas.macro.roc,
      averagePrecision: areas.macro.averagePrecision,
    };
  };
  const found = bootstrap(labels.length, statistic, options);
  const hits = Math.round(found.accuracy.value * labels.length);
  return { ...found, accuracy: shareInterval(hits, labels.length, options.level) };
}

/**
 * Wilson's interval of a share. Unlike a bootstrap interval, it is wide enough for few samples.
 *
 * @param level Confidence level: 0.9, 0.95 or 0.99. Default 0.95.
 * @returns NaN for all three numbers if `count` is 0.
 * @see Wilson 1927, Probable inference, the law of succession, and statistical inference
 * @example
 * ```ts
 * shareInterval(6, 6); // { value: 1, low: 0.61, high: 1 }: six correct photos of six prove little
 * ```
 */
export function shareInterval(hits: number, count: number, level: Level = 0.95): Interval {
  const z = normalQuantiles[level];
  const share = hits / count;
  const center = (hits + z ** 2 / 2) / (count + z ** 2);
  const half =
    (z / (count + z ** 2)) * Math.sqrt((hits * (count - hits)) / Math.max(count, 1) + z ** 2 / 4);
  if (count === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { value: share, low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

export type Level = 0.9 | 0.95 | 0.99;

export const normalQuantiles: Readonly<Record<Level, number>> = {
  0.9: 1.6448536269514722,
  0.95: 1.959963984540054,
  0.99: 2.5758293035489004,
};

export interface ClassIntervals {
  readonly precision: Interval;
  readonly recall: Interval;
  readonly f1: Interval;
}

/**
 * Intervals of the precision, recall and F1 of every class, from its row and column of the confusion matrix. F1 is a
 * function of hits / (hits + misses + false alarms). The Wilson interval of that share is converted into an interval of F1.
 *
 * @example
 * ```ts
 * const [first] = classIntervals([
 *   [8, 2],
 *   [1, 9],
 * ]);
 * console.log(first?.recall); // { value: 0.8, low: 0.49, high: 0.94 }
 * ```
 */
export function classIntervals(
  confusion: readonly (readonly number[])[],
  level: Level = 0.95,
): ClassIntervals[] {
  return confusion.map((row, k) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    const claimed = confusion.reduce((sum, other) => sum + other[k]!, 0);
    return intervalsOf({ hits: row[k]!, support, claimed }, level);
  });
}

/**
 * @param counts `support`: samples of the class. `hits`: those that were predicted as the class. `claimed`: all samples
 *   that were.
 */
export function intervalsOf(
  {
    hits,
    support,
    claimed,
  }: { readonly hits: number; readonly support: number; readonly claimed: number },
  level: Level = 0.95,
): ClassIntervals {
  const union = shareInterval(hits, support + claimed - hits, level);
  const f1 = (share: number) => (2 * share) / (1 + share);
  return {
    precision: shareInterval(hits, claimed, level),
    recall: shareInterval(hits, support, level),
    f1: { value: f1(union.value), low: f1(union.low), high: f1(union.high) },
  };
}

function groupsOf(count: number, strata?: ArrayLike<number>): number[][] {
  const groups = new Map<number, number[]>();
  for (let sample = 0; sample < count; sample++) {
    const kind = strata?.[sample] ?? 0;
    const group = groups.get(kind);
    if (group) group.push(sample);
    else groups.set(kind, [sample]);
  }
  return [...groups.values()];
}
