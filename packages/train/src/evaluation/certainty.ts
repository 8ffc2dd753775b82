import { requireKnown } from '../options/option-names';
import { requireNumber } from '../options/requirements';
import { conformalQuantile } from './conformal';
import { probabilities } from './metrics';
import { fitTemperature, type TemperatureOptions, temperatureOptions } from './temperature';

/**
 * All that is needed to say "not sure", as plain data: a class fits a photo when its probability, `softmax(logits /
 * temperature)`, is `threshold` or more.
 *
 * Use it for logits of as many views of a photo as it was fitted on. Averaging several views makes a classifier less sure,
 * so that one view needs another temperature than four.
 */
export interface Certainty {
  /** Above 1 where the classifier is too sure by itself, below 1 where it is not sure enough. */
  readonly temperature: number;
  readonly threshold: number;
  /** The share of photos whose true class fits, as promised. */
  readonly coverage: number;
}

export interface CertaintyOptions extends TemperatureOptions {
  /** Default 0.9. */
  readonly coverage?: number;
}

/**
 * Fits the temperature, and then the threshold by split conformal prediction (`leastAmbiguous`).
 *
 * Take samples that had no part in the weights, and none in the choice of the epoch whose weights are kept. Validation
 * photos that chose the epoch look a little too good; `heldOutLogits` gives logits of them without this fault.
 *
 * Temperature and threshold come from the same samples. Strictly, the promise needs a threshold from samples that nothing
 * else was fitted on. Fitting one more number on them costs little, as the coverage of a test set shows.
 *
 * @param labels n class indices.
 * @param logits `[n, classes]`.
 * @throws RangeError as `fitTemperature` does.
 * @example
 * ```ts
 * const certainty = fitCertainty(labels, await logits.data(), 9, { coverage: 0.95 });
 * const json = JSON.stringify(certainty); // to be kept beside the weights, for `answer`
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
  // Negative probabilities rank as one minus them would, without its rounding.
  const negative = Float64Array.from(
    { length: labels.length },
    (_, sample) => -probability[sample * classes + labels[sample]!]!,
  );
  const limit = conformalQuantile(negative, coverage);
  return { temperature, threshold: Math.max(0, -limit), coverage };
}

/** What fits one photo. */
export interface Answer {
  /** The most probable class. */
  readonly classIndex: number;
  /** `[classes]`, at the fitted temperature. */
  readonly probabilities: Float64Array;
  /** The classes that fit, the most probable first; none where even that one does not. */
  readonly fitting: readonly number[];
  /** Whether exactly one fits. */
  readonly sure: boolean;
}

/**
 * The classes that fit a photo, and whether the answer is sure.
 *
 * @param logits `[classes]`, of one photo, from as many views as `certainty` was fitted on.
 * @throws RangeError when there are no logits, one is NaN or `Infinity`, or all are `-Infinity`; and when `certainty` lacks a
 *   number, as one from a file may.
 * @example
 * ```ts
 * const certainty = { temperature: 1.5, threshold: 0.3, coverage: 0.9 }; // by `fitCertainty`
 * const { classIndex, fitting, sure } = answer([2, 1.5, -1], certainty);
 * console.log(classIndex, fitting, sure); // 0 [0, 1] false: two classes fit
 * ```
 */
export function answer(logits: ArrayLike<number>, certainty: Certainty): Answer {
  if (logits.length === 0) throw new RangeError('There are no logits; one a class is needed.');
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
