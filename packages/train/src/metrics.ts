/** How well one class is told from the others; each ratio 0 where its denominator is 0. */
export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
}

export interface Evaluation {
  readonly accuracy: number;
  /** Mean of the classes' F1, each class counting the same. */
  readonly macroF1: number;
  /** Mean cross entropy in nats. */
  readonly loss: number;
  readonly perClass: readonly ClassMetrics[];
  /** `[K][K]` counts, rows by true class, columns by predicted class. */
  readonly confusion: readonly (readonly number[])[];
}

/** Row-wise softmax of logits `[n, classes]`, in double precision. */
export function probabilities(logits: ArrayLike<number>, classes: number): Float64Array {
  const result = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[row + k]!);
    let total = 0;
    for (let k = 0; k < classes; k++) total += result[row + k] = Math.exp(logits[row + k]! - most);
    for (let k = 0; k < classes; k++) result[row + k]! /= total;
  }
  return result;
}

/** Index of the largest of each row; the first where several are. */
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
 * Scores predictions as scikit-learn does (with `zero_division=0`).
 *
 * @param labels n class indices.
 * @param probability `[n, classes]`.
 * @see https://scikit-learn.org/stable/modules/model_evaluation.html
 */
export function evaluate(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
): Evaluation {
  if (labels.length * classes !== probability.length || labels.length === 0) {
    throw new RangeError(
      `${labels.length} labels of ${classes} classes need ${labels.length * classes} probabilities, at least one row; ` +
        `there are ${probability.length}.`,
    );
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const predicted = predictions(probability, classes);
  let loss = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    const truth = labels[sample]!;
    confusion[truth]![predicted[sample]!]! += 1;
    loss -= Math.log(Math.max(probability[sample * classes + truth]!, Number.MIN_VALUE));
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
  return {
    accuracy: hits / labels.length,
    macroF1: perClass.reduce((sum, { f1 }) => sum + f1, 0) / classes,
    loss: loss / labels.length,
    perClass,
    confusion,
  };
}

const ratio = (numerator: number, denominator: number) =>
  denominator === 0 ? 0 : numerator / denominator;
