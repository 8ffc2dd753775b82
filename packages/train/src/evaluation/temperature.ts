import { checkLabels } from './samples';

export interface TemperatureOptions {
  /** Bounds of the temperature. Default `[0.05, 20]`. */
  readonly range?: readonly [number, number];
}

/**
 * The temperature that makes the probabilities of a validation set as likely as possible: `softmax(logits / temperature)`.
 * Above 1 the network was too sure of itself. It never changes which class is most probable.
 *
 * Where the truth always has the highest logit there is no best temperature, the lower the likelier: the lower bound is
 * returned.
 *
 * @param labels n class indices of samples that were not trained on.
 * @param logits `[n, classes]`.
 * @see Guo et al. 2017, section 4.2. https://arxiv.org/abs/1706.04599
 */
export function fitTemperature(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  classes: number,
  options: TemperatureOptions = {},
): number {
  const { range = [0.05, 20] } = options;
  checkLabels(labels, logits, classes);
  // The loss is convex in the inverse of the temperature: its slope rises, and crosses zero at most once.
  let low = 1 / range[1];
  let high = 1 / range[0];
  if (slope(low).first >= 0) return range[1];
  if (slope(high).first <= 0) return range[0];
  let inverse = Math.min(high, Math.max(low, 1));
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const { first, second } = slope(inverse);
    if (first === 0) break;
    if (first < 0) low = inverse;
    else high = inverse;
    const newton = inverse - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - inverse) <= 1e-15 * inverse) break;
    inverse = next;
  }
  return 1 / inverse;

  /** First and second derivative of the mean cross entropy by the inverse temperature. */
  function slope(inverseTemperature: number): { first: number; second: number } {
    let first = 0;
    let second = 0;
    for (let sample = 0; sample < labels.length; sample++) {
      const row = sample * classes;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) most = Math.max(most, logits[row + k]!);
      let total = 0;
      let mean = 0;
      let square = 0;
      for (let k = 0; k < classes; k++) {
        const distance = logits[row + k]! - most;
        const weight = Math.exp(inverseTemperature * distance);
        total += weight;
        mean += weight * distance;
        square += weight * distance ** 2;
      }
      mean /= total;
      first += mean - (logits[row + labels[sample]!]! - most);
      second += square / total - mean ** 2;
    }
    return { first: first / labels.length, second: second / labels.length };
  }
}
