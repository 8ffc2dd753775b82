import { probabilities } from '../metrics';
import { conformalQuantile } from './conformal';
import { checkLabels } from './samples';
import { fitTemperature, type TemperatureOptions } from './temperature';

/**
 * All that is needed to say "not sure", as plain data: a class fits a photo when its probability, `softmax(logits /
 * temperature)`, is `threshold` or more.
 */
export interface Certainty {
  readonly temperature: number;
  readonly threshold: number;
  /** The share of photos whose true class fits, as promised. */
  readonly coverage: number;
}

export interface CertaintyOptions extends TemperatureOptions {
  /** Default 0.9. */
  readonly coverage?: number;
  /** Bounds of the temperature. Default `[1, 20]`: a small validation set that is all right is no reason to be surer. */
  readonly range?: readonly [number, number];
}

/**
 * Fits the temperature on a validation set, and then the threshold by split conformal prediction (`leastAmbiguous`).
 *
 * Both come from the same samples. Strictly, the promise holds for a threshold from samples of which nothing else was
 * learned; one number fitted to them costs little, which the coverage of a test set shows.
 *
 * @param labels n class indices of samples that were not trained on.
 * @param logits `[n, classes]`.
 */
export function fitCertainty(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  options: CertaintyOptions = {},
): Certainty {
  const { coverage = 0.9, range = [1, 20] } = options;
  checkLabels(labels, logits, classes);
  const temperature = fitTemperature(labels, logits, classes, { range });
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

/** @param logits `[classes]`, of one photo. */
export function answer(logits: ArrayLike<number>, certainty: Certainty): Answer {
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
