import { requireKnown } from '../options/option-names';
import { requireNumber } from '../options/requirements';
import { conformalQuantile } from './conformal';
import { probabilities } from './metrics';
import { fitTemperature, type TemperatureOptions, temperatureOptions } from './temperature';

/**
 * The numbers that decide whether an answer is sure, as plain data. A class fits a photo when its probability,
 * `softmax(logits / temperature)`, is at least `threshold`.
 *
 * Use them only for logits from as many views of a photo as they were fitted on. Averaging several views makes a classifier
 * less sure, so one view needs a different temperature from four views.
 */
export interface Certainty {
  /** Above 1 if the uncorrected classifier is too sure, below 1 if it is not sure enough. */
  readonly temperature: number;
  readonly threshold: number;
  /** Target share of photos whose true class fits. */
  readonly coverage: number;
}

export interface CertaintyOptions extends TemperatureOptions {
  /** Target share of photos whose true class fits, between 0 and 1. Default 0.9. */
  readonly coverage?: number;
}

/**
 * Fits the temperature first, and then the threshold by split conformal prediction (`leastAmbiguous`).
 *
 * Use samples that were used neither to train the weights nor to choose the best epoch. On validation photos that chose the
 * epoch, results look a little too good; `heldOutLogits` gives logits of validation photos without this bias.
 *
 * Temperature and threshold are fitted on the same samples. Strictly, the coverage guarantee needs a threshold from samples
 * that nothing else was fitted on. In practice, fitting the temperature on them too costs little coverage: check the
 * coverage on a test set.
 *
 * @param labels n class indices.
 * @param logits `[n, classes]`.
 * @throws RangeError as `fitTemperature` does.
 * @example
 * ```ts
 * const certainty = fitCertainty(labels, await logits.data(), 9, { coverage: 0.95 });
 * const json = JSON.stringify(certainty); // save it beside the weights, for `answer`
 * ```
 */
export function fitCertainty(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  options: CertaintyOptions = {},
): Certainty {
  const { coverage = 0.9, ...ofTemperature } = options;
  requireKnown('', options, { coverage: true, ...temperatureOptions });
  const temperature = fitTemperature(labels, logits, classes, ofTemperature);
  const probability = probabilities(logits, classes, temperature);
  // Ranking by negative probability gives the same order as ranking by 1 - probability, without its rounding error.
  const negative = Float64Array.from(
    { length: labels.length },
    (_, sample) => -probability[sample * classes + labels[sample]!]!,
  );
  const limit = conformalQuantile(negative, coverage);
  return { temperature, threshold: Math.max(0, -limit), coverage };
}

/** Which classes fit one photo. */
export interface Answer {
  /** The most probable class. */
  readonly classIndex: number;
  /** Probability of each class at the fitted temperature, `[classes]`. */
  readonly probabilities: Float64Array;
  /** The classes that fit, most probable first. Empty if not even the most probable class fits. */
  readonly fitting: readonly number[];
  /** Whether exactly one class fits. */
  readonly sure: boolean;
}

/**
 * The classes that fit a photo, and whether the answer is sure.
 *
 * @param logits `[classes]`, of one photo, from as many views as `certainty` was fitted on.
 * @throws RangeError when there are no logits, a logit is NaN or `Infinity`, or all are `-Infinity`; and when a number is
 *   missing in `certainty` (possible if it was read from a file).
 * @example
 * ```ts
 * const certainty = { temperature: 1.5, threshold: 0.3, coverage: 0.9 }; // by `fitCertainty`
 * const { classIndex, fitting, sure } = answer([2, 1.5, -1], certainty);
 * console.log(classIndex, fitting, sure); // 0 [0, 1] false: two classes fit
 * ```
 */
export function answer(logits: ArrayLike<number>, certainty: Certainty): Answer {
  if (logits.length === 0) throw new RangeError('There are no logits; give one for each class.');
  requireNumber('certainty.temperature', certainty.temperature, { above: 0 });
  requireNumber('certainty.threshold', certainty.threshold, { least: 0 });
  const probability = probabilities(logits, logits.length, certainty.temperature);
  const ranked = Array.from(probability.keys()).sort((a, b) => probability[b]! - probability[a]!);
  const fitting = ranked.filter(k => probability[k]! >= certainty.threshold);
  return {
    classIndex: ranked[0]!,
    probabilities: probability,
    fitting,
    sure: fitting.length === 1,
  };
}
