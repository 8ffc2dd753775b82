import { requireKnown } from '../options/option-names';
import { requireNumber } from '../options/requirements';
import type { Certainty, CertaintyOptions } from './certainty';
import { conformalQuantile } from './conformal';
import { sigmoids } from './multi-label';
import { checkTargets } from './samples';
import { fitTemperature, temperatureOptions } from './temperature';
import { chooseThresholds, type ThresholdOptions } from './thresholds';

/**
 * The numbers that decide which classes a photo has, as plain data. A photo has a class when the probability of the class,
 * `sigmoid(logit / temperature)`, is at least the class's entry in `thresholds`. The single `threshold` serves all classes:
 * the target share (`coverage`) of the classes that photos have is above it.
 */
export interface MultiLabelCertainty extends Certainty {
  /** Threshold of each class, `[classes]`, chosen for the highest F1. */
  readonly thresholds: readonly number[];
}

export interface MultiLabelCertaintyOptions extends CertaintyOptions, ThresholdOptions {}

/**
 * Fits the temperature of yes-or-no answers, then the thresholds.
 *
 * Use samples that were used neither to train the weights nor to choose the best epoch (`heldOutLogits`).
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
  // Ranking by negative probability gives the same order as ranking by 1 - probability, without its rounding error.
  const present = probability.filter((_, place) => targets[place] === 1);
  const limit = conformalQuantile(
    present.map(value => -value),
    coverage,
  );
  const thresholds = Array.from(chooseThresholds(targets, probability, classes, { floor }));
  return { temperature, threshold: Math.max(0, -limit), coverage, thresholds };
}

/** For each logit a pair of logits: 0 for "no", and the logit itself for "yes". */
const noAndYes = (logits: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 2 * logits.length }, (_, place) =>
    place % 2 === 0 ? 0 : logits[place >> 1]!,
  );

/** Answer for one photo that may have several classes. */
export interface MultiLabelAnswer {
  /** The most probable class. */
  readonly classIndex: number;
  /** Probability of each class by itself, `[classes]`, at the fitted temperature. */
  readonly probabilities: Float64Array;
  /** The classes whose probability is at least their own threshold, most probable first. */
  readonly present: readonly number[];
  /** The classes whose probability is at least `certainty.threshold`, most probable first. */
  readonly fitting: readonly number[];
  /** Whether `present` and `fitting` are the same classes. */
  readonly sure: boolean;
}

/**
 * Decides which classes a photo has, and whether the answer is sure.
 *
 * @param logits Logits of one photo, `[classes]`, from as many views as `certainty` was fitted on.
 * @throws RangeError when there are no logits, a logit is not a number, or a number in `certainty` is missing.
 * @example
 * ```ts
 * const certainty = { temperature: 1, threshold: 0.4, coverage: 0.9, thresholds: [0.5, 0.5, 0.3] }; // by `fitMultiLabelCertainty`
 * const { present, fitting, sure } = answerMultiLabel([2, -3, -0.6], certainty);
 * console.log(present, fitting, sure); // [0, 2] [0] false: class 2 has a probability of 0.35
 * ```
 */
export function answerMultiLabel(
  logits: ArrayLike<number>,
  certainty: MultiLabelCertainty,
): MultiLabelAnswer {
  const { temperature, threshold, thresholds } = certainty;
  if (logits.length === 0) throw new RangeError('There are no logits; one a class is needed.');
  requireNumber('certainty.threshold', threshold, { least: 0 });
  if (thresholds?.length !== logits.length)
    throw new RangeError(
      `${logits.length} classes need as many certainty.thresholds; there are ${thresholds?.length ?? 'none'}.`,
    );
  const probability = sigmoids(logits, temperature);
  const ranked = Array.from(probability.keys()).sort((a, b) => probability[b]! - probability[a]!);
  const isPresent = (k: number) => probability[k]! >= thresholds[k]!;
  const fits = (k: number) => probability[k]! >= threshold;
  return {
    classIndex: ranked[0]!,
    probabilities: probability,
    present: ranked.filter(isPresent),
    fitting: ranked.filter(fits),
    sure: ranked.every(k => isPresent(k) === fits(k)),
  };
}
