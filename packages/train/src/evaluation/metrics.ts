import { checkLabels } from './samples';

/** Metrics of one class against all other classes. A ratio is 0 if its denominator is 0. */
export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Number of samples of the class. */
  readonly support: number;
}

/** Means over the classes. */
export interface AverageMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Evaluation {
  /** Share of correct predictions. For photos with several classes, the share whose classes are all right. */
  readonly accuracy: number;
  /** Mean recall of the classes that have samples. */
  readonly balancedAccuracy: number;
  /** Unweighted mean of the F1 of all classes; the same number as `macro.f1`. */
  readonly macroF1: number;
  /** Unweighted means over the classes. */
  readonly macro: AverageMetrics;
  /** Means over the classes, weighted by the number of samples of each class. */
  readonly weighted: AverageMetrics;
  /** Mean cross entropy in nats. Probabilities below 2.2e-16 are raised to 2.2e-16, as in scikit-learn. */
  readonly loss: number;
  /**
   * Brier score: squared distance between probabilities and truth, summed over the classes and averaged over the samples. 0
   * to 2.
   */
  readonly brier: number;
  readonly perClass: readonly ClassMetrics[];
  /**
   * Confusion matrix `[K][K]` of counts. Rows are true classes, columns are predicted classes. Empty if photos may have
   * several classes.
   */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Row-wise softmax of logits `[n, classes]`, in double precision.
 *
 * @param temperature Divides the logits. Above 1 it makes the probabilities less confident, below 1 more confident. Default
 *   1.
 * @throws RangeError when the temperature is not a number above 0, or when a row has no softmax because a logit is NaN or
 *   `Infinity`, or all are `-Infinity`.
 * @example
 * ```ts
 * probabilities([2, 1], 2); // [0.73, 0.27]
 * probabilities([2, 1], 2, 2); // [0.62, 0.38]: less confident
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
          'Check whether the features or the weights of the classifier hold infinite numbers or NaN.',
      );
    }
    for (let k = 0; k < classes; k++) result[row + k]! /= total;
  }
  return result;
}

/**
 * Index of the largest value of each row. For a tie, the first of the largest values.
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
 * Computes the metrics of predictions as scikit-learn does (with `zero_division=0`). The averages include classes without
 * samples.
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @throws RangeError when the number of probabilities is wrong, a label is not a class, or a probability is not a number.
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

/** Weighted means over the classes; NaN if all weights are 0. */
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
