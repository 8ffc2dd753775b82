import { type NamesOf, requireKnown } from '../options/option-names';
import { checkLabels } from './samples';

export interface TemperatureOptions {
  /** Bounds of the temperature. Default `[0.05, 20]`. */
  readonly range?: readonly [number, number];
  /**
   * Standard deviation of the prior: the logarithm of the temperature is normally distributed with mean 0 and this standard
   * deviation. Default 0.5: 19 of 20 classifiers need a temperature between 0.37 and 2.7. `Infinity` disables the prior.
   */
  readonly priorDeviation?: number;
}

export const temperatureOptions: NamesOf<TemperatureOptions> = {
  range: true,
  priorDeviation: true,
};

/**
 * Number of temperatures at which the objective is evaluated first. With a prior, the objective may have several local
 * minima.
 */
const places = 240;

/**
 * The most probable temperature of a classifier, given a validation set: `softmax(logits / temperature)`. Above 1 the
 * classifier was too sure; below 1 it was not sure enough, which is an effect of label smoothing. The temperature never
 * changes which class is most probable.
 *
 * Minimizes the cross entropy of all samples plus `log(temperature)² / (2 priorDeviation²)`. A few hundred samples outweigh
 * this prior. With few samples, the prior holds the temperature near 1. If all samples are right, a lower temperature
 * always fits better; the prior keeps the result away from the lower bound, as Platt's targets do for a sigmoid.
 *
 * Without the prior this is the temperature scaling of Guo et al. If the truth then always has the highest logit, the lower
 * bound is returned. Logits that do not depend on the temperature, such as those of a single class, give 1.
 *
 * @param labels n class indices of samples that were used neither to train the weights nor to choose an epoch
 *   (`heldOutLogits`).
 * @param logits `[n, classes]`. `-Infinity` excludes a class.
 * @throws RangeError when a logit is NaN or `Infinity`, or when the true class of a sample is excluded: no temperature can
 *   fit it.
 * @see Guo et al. 2017, section 4.2. https://arxiv.org/abs/1706.04599
 * @see Platt 1999, section 2.2 (targets). https://www.cs.colorado.edu/~mozer/Teaching/syllabi/6622/papers/Platt1999.pdf
 * @example
 * ```ts
 * const temperature = fitTemperature(labels, await logits.data(), 9); // for example 1.4
 * const calibrated = probabilities(await logits.data(), 9, temperature);
 * ```
 */
export function fitTemperature(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  options: TemperatureOptions = {},
): number {
  const { range = [0.05, 20], priorDeviation = 0.5 } = options;
  requireKnown('', options, temperatureOptions);
  const [lowest, highest] = range;
  if (!(lowest > 0 && lowest <= highest && highest < Number.POSITIVE_INFINITY))
    throw new RangeError(
      `The range of the temperature is ${lowest} to ${highest}; it should be two numbers above 0, with the lower one first.`,
    );
  if (!(typeof priorDeviation === 'number' && priorDeviation > 0))
    throw new RangeError(
      `priorDeviation is ${priorDeviation}; it should be above 0, or Infinity for no prior.`,
    );
  checkLabels(labels, logits, classes);
  checkPossible(labels, logits, classes);
  const precision = 1 / priorDeviation ** 2;
  const distances = distancesOf(logits, classes);

  // From here on, temperatures are logarithms.
  const [bottom, top] = [Math.log(lowest), Math.log(highest)];
  const step = (top - bottom) / places;
  let best = Math.min(top, Math.max(bottom, 0));
  let least = objective(best);
  for (let place = 0; place <= places; place++) {
    const at = bottom + place * step;
    const value = objective(at);
    // Returns 1 unless another temperature is better by more than rounding errors.
    if (value < least - 1e-12 * Math.abs(least)) [best, least] = [at, value];
  }
  let low = Math.max(bottom, best - step);
  let high = Math.min(top, best + step);
  const [rises, falls] = [slope(low) >= 0, slope(high) <= 0];
  if (rises && falls) return Math.exp(best);
  if (rises) return low === bottom ? lowest : Math.exp(low);
  if (falls) return high === top ? highest : Math.exp(high);
  for (let halving = 0; halving < 100 && high - low > 1e-16; halving++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);

  function objective(logTemperature: number): number {
    const inverse = Math.exp(-logTemperature);
    let loss = (precision * logTemperature ** 2) / 2;
    for (let row = 0; row < distances.length; row += classes) {
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp(inverse * distances[row + k]!);
      loss += Math.log(total) - inverse * distances[row + labels[row / classes]!]!;
    }
    return loss;
  }

  /** Derivative of the objective with respect to the logarithm of the temperature. */
  function slope(logTemperature: number): number {
    const inverse = Math.exp(-logTemperature);
    let sum = 0;
    for (let row = 0; row < distances.length; row += classes) {
      let total = 0;
      let mean = 0;
      for (let k = 0; k < classes; k++) {
        const distance = distances[row + k]!;
        const weight = Math.exp(inverse * distance);
        total += weight;
        // Skips weights of 0, because their distance may be infinite and 0 * Infinity is NaN.
        if (weight > 0) mean += weight * distance;
      }
      sum += mean / total - distances[row + labels[row / classes]!]!;
    }
    return precision * logTemperature - inverse * sum;
  }
}

/** Subtracts the largest logit of each row from the row. */
function distancesOf(logits: ArrayLike<number>, classes: number): Float64Array {
  const distances = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[row + k]!);
    for (let k = 0; k < classes; k++) distances[row + k] = logits[row + k]! - most;
  }
  return distances;
}

function checkPossible(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
): void {
  for (let index = 0; index < logits.length; index++) {
    const [sample, k] = [Math.floor(index / classes), index % classes];
    const isOwn = labels[sample] === k;
    if (
      logits[index] === Number.POSITIVE_INFINITY ||
      (isOwn && logits[index] === Number.NEGATIVE_INFINITY)
    )
      throw new RangeError(
        `The logit of sample ${sample} for ${isOwn ? 'its own class' : 'class'} ${k} is ${logits[index]}: no temperature turns it ` +
          'into a probability. Give finite logits, and -Infinity only for excluded classes.',
      );
  }
}
