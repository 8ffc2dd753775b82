import { checkLabels } from './samples';

/** How well one class is told from the others; each ratio 0 where its denominator is 0. */
export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
}

/** Means over the classes. */
export interface AverageMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Evaluation {
  /** Of photos that may have several classes, the share with exactly the right ones. */
  readonly accuracy: number;
  /** Mean recall of the classes that occur. */
  readonly balancedAccuracy: number;
  /** Mean of the classes' F1, each class counting the same; `macro.f1` by its usual name. */
  readonly macroF1: number;
  /** Each class counting the same. */
  readonly macro: AverageMetrics;
  /** Each class counting as often as it occurs. */
  readonly weighted: AverageMetrics;
  /** Mean cross entropy in nats; a probability below 2.2e-16 counts as that, as in scikit-learn. */
  readonly loss: number;
  /** Mean squared distance of the probabilities from the truth, summed over the classes: 0 to 2. */
  readonly brier: number;
  readonly perClass: readonly ClassMetrics[];
  /** `[K][K]` counts, rows by true class, columns by predicted class; empty where photos may have several. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Row-wise softmax of logits `[n, classes]`, in double precision.
 *
 * @param temperature What logits are divided by; above 1 it makes the probabilities more cautious, below 1 surer. Default 1.
 * @throws RangeError when the temperature is not a number above 0, or a row has no softmax: a logit is NaN or `Infinity`, or
 *   all are `-Infinity`.
 * @example
 * ```ts
 * probabilities([2, 1], 2); // [0.73, 0.27]
 * probabilities([2, 1], 2, 2); // [0.62, 0.38]: more cautious
 * ```
 */
export function probabilities(
  logits: ArrayLike<number>,
  classes: number,
  temperature = 1,
): Float64Array {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new RangeError(`The temperature is ${temperature}; it should be a number above 0.`);
  const result = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[row + k]!);
    let total = 0;
    for (let k = 0; k < classes; k++) {
      total += result[row + k] = Math.exp((logits[row + k]! - most) / temperature);
    }
    if (!(total > 0)) {
      const values = Array.from({ length: classes }, (_, k) => logits[row + k]);
      throw new RangeError(
        `The logits of sample ${row / classes} are ${values.slice(0, 10).join(', ')}: they have no softmax. ` +
          'Look for numbers that are infinite or not a number in the features or weights that made them.',
      );
    }
    for (let k = 0; k < classes; k++) result[row + k]! /= total;
  }
  return result;
}

/**
 * Index of the largest of each row; the first where several are.
 *
 * @example
 * ```ts
 * predictions([0.9, 0.1, 0.3, 0.7], 2); // [0, 1]
 * ```
 */
export function predictions(scores: ArrayLike<number>, classes: number): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, sample) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (scores[sample * classes + k]! > scores[sample * classes + best]!) best = k;
    }
    return best;
  });
}

/**
 * Scores predictions as scikit-learn does (with `zero_division=0`), over all classes, also those that do not occur.
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @throws RangeError when the numbers do not fit together, a label is no class, or a probability is not a number.
 * @see https://scikit-learn.org/stable/modules/model_evaluation.html
 * @example
 * ```ts
 * const { accuracy, macroF1, confusion } = evaluate([0, 1, 1], [0.9, 0.1, 0.6, 0.4, 0.2, 0.8], 2);
 * console.log(accuracy, macroF1, confusion); // 0.67 0.67 [[1, 0], [1, 1]]
 * ```
 */
export function evaluate(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
): Evaluation {
  checkLabels(labels, probability, classes);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const predicted = predictions(probability, classes);
  let loss = 0;
  let brier = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    const truth = labels[sample]!;
    confusion[truth]![predicted[sample]!]! += 1;
    loss -= Math.log(Math.max(probability[sample * classes + truth]!, Number.EPSILON));
    for (let k = 0; k < classes; k++) {
      brier += (probability[sample * classes + k]! - (k === truth ? 1 : 0)) ** 2;
    }
  }
  const perClass = confusion.map((row, k) => {
    const hits = row[k]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const claimed = confusion.reduce((sum, other) => sum + other[k]!, 0);
    return {
      precision: ratio(hits, claimed),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, claimed + support),
      support,
    };
  });
  const hits = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  const macro = average(perClass, () => 1);
  const occurring = average(perClass, ({ support }) => (support > 0 ? 1 : 0));
  return {
    accuracy: hits / labels.length,
    balancedAccuracy: occurring.recall,
    macroF1: macro.f1,
    macro,
    weighted: average(perClass, ({ support }) => support),
    loss: loss / labels.length,
    brier: brier / labels.length,
    perClass,
    confusion,
  };
}

/** Means over the classes; NaN where all weights are 0. */
export function average(
  perClass: readonly ClassMetrics[],
  weightOf: (metrics: ClassMetrics) => number,
): AverageMetrics {
  const total = perClass.reduce((sum, each) => sum + weightOf(each), 0);
  const mean = (name: keyof AverageMetrics) =>
    perClass.reduce((sum, each) => sum + weightOf(each) * each[name], 0) / total;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

export const ratio = (numerator: number, denominator: number) =>
  denominator === 0 ? 0 : numerator / denominator;
