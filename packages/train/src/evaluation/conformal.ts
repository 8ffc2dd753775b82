import { type NamesOf, requireKnown } from '../options/option-names';
import { requireNumber } from '../options/requirements';
import { mixed } from '../random/order';
import { checkLabels } from './samples';

/**
 * Nonconformity score: how badly class `k` fits a sample, given the sample's probabilities. Higher is worse.
 *
 * @param row `[classes]`.
 * @param chance A random number of the sample, at least 0 and below 1, for rules with a random part.
 */
export type Strangeness = (row: ArrayLike<number>, k: number, chance: number) => number;

/**
 * One minus the probability of the class. Gives the smallest prediction sets on average. A set is empty when no class fits.
 * @see Sadinle, Lei & Wasserman 2019. https://arxiv.org/abs/1609.00451
 * @example
 * ```ts
 * leastAmbiguous([0.75, 0.25], 1, 0); // 0.75: how badly the second class fits
 * ```
 */
export const leastAmbiguous: Strangeness = (row, k) => 1 - row[k]!;

export interface AdaptiveOptions {
  /** Penalty that is added for every class of the set beyond the first `free` classes (RAPS). Default 0, which is APS. */
  readonly penalty?: number;
  /** Number of classes without a penalty. Default 1. */
  readonly free?: number;
  /**
   * Whether to count a random share of the class's own probability, as in the paper, instead of all of it. If false,
   * samples with equal probabilities have equal sets. Default true.
   */
  readonly randomized?: boolean;
}

const adaptiveOptions: NamesOf<AdaptiveOptions> = { penalty: true, free: true, randomized: true };

/**
 * The sum of the probabilities of all classes that are at least as probable. Hard samples have larger sets.
 * @see Romano, Sesia & Candes 2020 (APS). https://arxiv.org/abs/2006.02544
 * @see Angelopoulos et al. 2021 (RAPS, the penalty). https://arxiv.org/abs/2009.14193
 * @example
 * ```ts
 * const always = adaptive({ randomized: false });
 * always([0.5, 0.3, 0.2], 1, 0); // 0.8: the class's own probability, 0.3, plus 0.5
 * const rule = calibrateSets(labels, probability, 9, { strangeness: adaptive({ penalty: 0.05 }) });
 * ```
 */
export function adaptive(options: AdaptiveOptions = {}): Strangeness {
  const { penalty = 0, free = 1, randomized = true } = options;
  requireKnown('', options, adaptiveOptions);
  requireNumber('penalty', penalty, { least: 0 });
  requireNumber('free', free, { least: 0 });
  return (row, k, chance) => {
    const own = row[k]!;
    let above = 0;
    let rank = 1;
    for (let other = 0; other < row.length; other++) {
      const probability = row[other]!;
      if (probability > own || (probability === own && other < k)) {
        above += probability;
        rank += 1;
      }
    }
    return above + (randomized ? chance : 1) * own + penalty * Math.max(0, rank - free);
  };
}

export interface SetOptions {
  /** Target share of samples whose true class is in their set, between 0 and 1 (exclusive). Default 0.9. */
  readonly coverage?: number;
  /** Nonconformity score. Default `leastAmbiguous`. */
  readonly strangeness?: Strangeness;
  /** Seed of the random shares. Default 0. */
  readonly seed?: number;
}

const setOptions: NamesOf<SetOptions> = { coverage: true, strangeness: true, seed: true };

/** A calibrated rule for prediction sets. */
export interface SetRule {
  readonly coverage: number;
  readonly strangeness: Strangeness;
  /**
   * A class is in the set when its strangeness is at most this limit. Infinite if there were too few samples to guarantee
   * the coverage.
   */
  readonly limit: number;
  readonly seed: number;
}

/**
 * Split conformal prediction: finds the strangeness up to which a class belongs to the prediction set, on samples that were
 * not used for training.
 *
 * For new samples of the same distribution, the true class is then in the set with a probability of at least `coverage`,
 * for any classifier. If no two samples have equal strangeness, this probability is at most `coverage + 1 / (n + 1)`. The
 * guarantee holds on average. It does not hold for each class separately, or for photos of a different distribution.
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @see Angelopoulos & Bates 2021, section 1. https://arxiv.org/abs/2107.07511
 * @example
 * ```ts
 * const rule = calibrateSets(labels, probability, 3, { coverage: 0.95 });
 * predictionSets([0.5, 0.45, 0.05], 3, rule); // for example [[0, 1]]: both classes are possible
 * ```
 */
export function calibrateSets(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  options: SetOptions = {},
): SetRule {
  const { coverage = 0.9, strangeness = leastAmbiguous, seed = 0 } = options;
  requireKnown('', options, setOptions);
  checkLabels(labels, probability, classes);
  const scores = Float64Array.from({ length: labels.length }, (_, sample) =>
    strangeness(rowOf(probability, classes, sample), labels[sample]!, lot(seed, 1, sample)),
  );
  return { coverage, strangeness, limit: conformalQuantile(scores, coverage), seed };
}

/**
 * The `ceil((n + 1) coverage)`-th smallest value, or infinity if there are fewer values: the finite-sample correction of
 * conformal prediction.
 *
 * @throws RangeError when the coverage is not between 0 and 1.
 * @example
 * ```ts
 * conformalQuantile([0.1, 0.2, 0.3, 0.4], 0.75); // 0.4, the fourth: 5 * 0.75 is rounded up
 * conformalQuantile([0.1, 0.2, 0.3, 0.4], 0.9); // Infinity: four values are too few for this coverage
 * ```
 */
export function conformalQuantile(scores: ArrayLike<number>, coverage: number): number {
  if (!(typeof coverage === 'number' && coverage > 0 && coverage < 1))
    throw new RangeError(
      `The coverage is ${coverage}; it should be between 0 and 1, for example 0.9.`,
    );
  // A floating-point product such as 10 * 0.9 may be slightly larger than the exact whole number.
  const rank = Math.ceil((scores.length + 1) * coverage - 1e-9);
  if (rank > scores.length) return Number.POSITIVE_INFINITY;
  return Float64Array.from(scores).sort()[rank - 1]!;
}

/**
 * The classes that fit each sample, in ascending order. A set of one class is a sure answer; an empty set or several
 * classes mean "not sure".
 *
 * @example
 * ```ts
 * const rule = calibrateSets(labels, probability, 9);
 * for (const [sample, fitting] of predictionSets(probability, 9, rule).entries())
 *   console.log(sample, fitting.length === 1 ? classNames[fitting[0]!] : 'not sure');
 * ```
 */
export function predictionSets(
  probability: ArrayLike<number>,
  classes: number,
  rule: SetRule,
): number[][] {
  const { strangeness, limit, seed } = rule;
  return Array.from({ length: probability.length / classes }, (_, sample) => {
    const row = rowOf(probability, classes, sample);
    const chance = lot(seed, 2, sample);
    return Array.from({ length: classes }, (_, k) => k).filter(
      k => strangeness(row, k, chance) <= limit,
    );
  });
}

/** How well prediction sets cover the true classes. */
export interface SetReport {
  /** Share of samples whose true class is in their set. */
  readonly coverage: number;
  readonly meanSize: number;
  /** Share of samples with exactly one class in their set. */
  readonly sure: number;
  /** Share of the samples with exactly one class whose answer is right; NaN if there are none. */
  readonly accuracyWhereSure: number;
  /** `[classes + 1]`: the number of sets with no class, one class, two classes and so on. */
  readonly sizes: readonly number[];
  /** Coverage of each class; NaN for a class without samples. */
  readonly perClass: readonly number[];
}

/**
 * Compares prediction sets with the true classes.
 *
 * @example
 * ```ts
 * const { coverage, sure, accuracyWhereSure } = evaluateSets([0, 1, 1], [[0], [0, 1], [2]], 3);
 * console.log(coverage, sure, accuracyWhereSure); // 0.67 0.67 0.5
 * ```
 */
export function evaluateSets(
  labels: ArrayLike<number>,
  sets: readonly (readonly number[])[],
  classes: number,
): SetReport {
  if (labels.length !== sets.length || sets.length === 0)
    throw new RangeError(
      `There are ${labels.length} labels for ${sets.length} sets. Give one label for each set.`,
    );
  const sizes = new Array<number>(classes + 1).fill(0);
  const covered = new Float64Array(classes);
  const support = new Float64Array(classes);
  let rightWhereSure = 0;
  let size = 0;
  sets.forEach((set, sample) => {
    const truth = labels[sample]!;
    const right = set.includes(truth);
    sizes[set.length]! += 1;
    support[truth]! += 1;
    size += set.length;
    if (right) covered[truth]! += 1;
    if (right && set.length === 1) rightWhereSure += 1;
  });
  return {
    coverage: covered.reduce((sum, count) => sum + count, 0) / sets.length,
    meanSize: size / sets.length,
    sure: sizes[1]! / sets.length,
    accuracyWhereSure: rightWhereSure / sizes[1]!,
    sizes,
    perClass: Array.from(covered, (count, k) => count / support[k]!),
  };
}

const lot = (seed: number, use: number, sample: number) => mixed(seed, use, sample) / 2 ** 32;

function rowOf(values: ArrayLike<number>, classes: number, sample: number): Float64Array {
  return Float64Array.from({ length: classes }, (_, k) => values[sample * classes + k]!);
}
