import { type Interval, type Level, normalQuantiles } from './intervals';

/** Two classifiers on the same samples. */
export interface PairedComparison {
  /** Number of samples. */
  readonly count: number;
  /** Samples that the first classifier alone got right. */
  readonly onlyFirst: number;
  /** Samples that the second classifier alone got right. */
  readonly onlySecond: number;
  /** Accuracy of the second classifier minus that of the first, with its interval. */
  readonly gain: Interval;
  /**
   * p-value of McNemar's exact test: the probability of a difference at least this large if both classifiers were equally good. Only
   * samples that exactly one of them got right count.
   */
  readonly p: number;
}

/**
 * Compares two classifiers by which of the same samples they got right. This finds smaller differences than a comparison of two accuracies
 * with their intervals, because hard samples are hard for both.
 *
 * @param first Whether the first classifier was right, for each sample. The second has the same samples in the same order.
 * @param level Confidence level of the gain's interval. Default 0.95.
 * @throws RangeError when there are no samples, or when the lists have different lengths.
 * @see McNemar 1947, Note on the sampling error of the difference between correlated proportions or percentages
 * @see Bonett & Price 2012, Adjusted Wald confidence interval for a difference of binomial proportions based on paired data
 * @example
 * ```ts
 * const first = [true, true, false, false, false];
 * const second = [true, true, true, true, false];
 * const { gain, p } = comparePaired(first, second);
 * console.log(gain.value, p); // 0.4, 0.5: two photos prove nothing
 * ```
 */
export function comparePaired(
  first: readonly boolean[],
  second: readonly boolean[],
  level: Level = 0.95,
): PairedComparison {
  const count = first.length;
  if (count === 0 || second.length !== count)
    throw new RangeError(
      `Both classifiers should have answered the same samples, at least 1; there are ${count} and ${second.length} answers.`,
    );
  const won = (one: readonly boolean[], other: readonly boolean[]) =>
    one.filter((right, sample) => right && !other[sample]).length;
  const [onlyFirst, onlySecond] = [won(first, second), won(second, first)];
  const gain = (onlySecond - onlyFirst) / count;
  // Adding a sample for each of the two outcomes makes the interval wide enough for few samples.
  const [lost, gained] = [onlyFirst, onlySecond].map(each => (each + 1) / (count + 2));
  const center = gained! - lost!;
  const half = normalQuantiles[level] * Math.sqrt((gained! + lost! - center ** 2) / (count + 2));
  return {
    ...{ count, onlyFirst, onlySecond },
    gain: { value: gain, low: Math.max(-1, center - half), high: Math.min(1, center + half) },
    p: exactTest(onlyFirst, onlySecond),
  };
}

/** Two-sided binomial test whether two counts come from equally likely outcomes. */
function exactTest(one: number, other: number): number {
  const all = one + other;
  // The logarithm of (all choose k) / 2^all.
  let term = -all * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(one, other); k++) {
    tail += Math.exp(term);
    term += Math.log(all - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
