import { type NamesOf, requireKnown } from '../options/option-names';
import { requireOneOf } from '../options/requirements';
import { predictions } from './metrics';
import { checkLabels } from './samples';

export interface CalibrationOptions {
  /** Number of bins. Default 10. */
  readonly bins?: number;
  /** `uniform` bins have equal width from 0 to 1; `quantile` bins hold equal numbers of samples. Default `'uniform'`. */
  readonly strategy?: 'uniform' | 'quantile';
}

const calibrationOptions: NamesOf<CalibrationOptions> = { bins: true, strategy: true };

/** The samples whose confidence is greater than `low` and at most `high`. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the predicted class; NaN in an empty bin. */
  readonly confidence: number;
  /** Share of correct predictions; NaN in an empty bin. */
  readonly accuracy: number;
}

/** Calibration: whether predictions with 90 % confidence are right in 90 of 100 cases. */
export interface Calibration {
  readonly bins: readonly ReliabilityBin[];
  /**
   * Expected calibration error: the mean distance between confidence and accuracy, weighted by the number of samples in
   * each bin.
   */
  readonly expectedError: number;
  /** Maximum calibration error: the largest distance between confidence and accuracy of any bin. */
  readonly maximumError: number;
  /**
   * Mean probability of the predicted class over all samples. If it is greater than the accuracy, the classifier is
   * overconfident.
   */
  readonly confidence: number;
  /** Share of correct predictions over all samples. */
  readonly accuracy: number;
  /**
   * `too sure`: the confidence exceeds the accuracy by more than two standard deviations of what a perfectly calibrated
   * classifier would show on as many samples. `not sure enough`: the confidence is as far below the accuracy. Otherwise `as
   * sure as right`.
   */
  readonly verdict: Sureness;
}

export type Sureness = 'too sure' | 'as sure as right' | 'not sure enough';

/**
 * Compares the confidence of the predictions with how often they were right.
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @see Guo et al. 2017, section 2. https://arxiv.org/abs/1706.04599
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.calibration.calibration_curve.html for the bins
 * @example
 * ```ts
 * const probability = [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1]; // always 90 % sure of class 0
 * const { expectedError, verdict } = calibration([0, 0, 1, 1], probability, 2);
 * console.log(expectedError, verdict); // 0.4 too sure
 * ```
 */
export function calibration(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  options: CalibrationOptions = {},
): Calibration {
  const { bins = 10, strategy = 'uniform' } = options;
  requireKnown('', options, calibrationOptions);
  requireOneOf('strategy', strategy, ['uniform', 'quantile']);
  checkLabels(labels, probability, classes);
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`bins is ${bins}; it should be a whole number, 1 or more.`);
  const predicted = predictions(probability, classes);
  const sure = Float64Array.from(predicted, (k, row) => probability[row * classes + k]!);
  const edges =
    strategy === 'uniform'
      ? Array.from({ length: bins + 1 }, (_, index) => (index === bins ? 1 : index * (1 / bins)))
      : Array.from({ length: bins + 1 }, (_, index) => quantile(sure, index / bins));

  const counts = new Float64Array(bins);
  const confidences = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let row = 0; row < sure.length; row++) {
    let bin = 0;
    while (bin < bins - 1 && sure[row]! > edges[bin + 1]!) bin += 1;
    counts[bin]! += 1;
    confidences[bin]! += sure[row]!;
    hits[bin]! += predicted[row] === labels[row] ? 1 : 0;
  }
  let expectedError = 0;
  let maximumError = 0;
  const made = Array.from(counts, (count, bin): ReliabilityBin => {
    const gap = Math.abs(confidences[bin]! - hits[bin]!);
    expectedError += gap / labels.length;
    if (count > 0) maximumError = Math.max(maximumError, gap / count);
    return {
      low: edges[bin]!,
      high: edges[bin + 1]!,
      count,
      confidence: confidences[bin]! / count,
      accuracy: hits[bin]! / count,
    };
  });
  const mean = (sums: Float64Array) => sums.reduce((sum, value) => sum + value, 0) / labels.length;
  const [confidence, accuracy] = [mean(confidences), mean(hits)];
  const verdict = verdictOf(confidence - accuracy, sure);
  return { bins: made, expectedError, maximumError, confidence, accuracy, verdict };
}

/** For a perfectly calibrated classifier, the number of correct predictions is a sum of independent Bernoulli draws. */
function verdictOf(excess: number, sure: Float64Array): Sureness {
  const variance = sure.reduce((sum, share) => sum + share * (1 - share), 0);
  const deviation = Math.sqrt(Math.max(0, variance)) / sure.length;
  // Sums of equal probabilities may differ in their last digits.
  const tolerance = 2 * deviation + 1e-9;
  if (excess > tolerance) return 'too sure';
  return excess < -tolerance ? 'not sure enough' : 'as sure as right';
}

/** The value below which `share` of the values lies, interpolated linearly between neighbors (NumPy's default). */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
