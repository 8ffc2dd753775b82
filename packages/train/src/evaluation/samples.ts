/**
 * @throws RangeError when the number of rows differs from the number of labels, a label is not a class, or a score is NaN.
 */
export function checkLabels(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): void {
  if (labels.length * classes !== scores.length || labels.length === 0) {
    throw new RangeError(
      `${labels.length} labels of ${classes} classes need ${labels.length * classes} probabilities, and at least one row; ` +
        `there are ${scores.length}.`,
    );
  }
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(
        `Label ${sample} is ${label}; it should be a whole number from 0 to ${classes - 1}.`,
      );
    }
  }
  checkScores(scores, classes);
}

/** @throws RangeError when the numbers of targets and scores differ, a target is neither 0 nor 1, or a score is NaN. */
export function checkTargets(
  targets: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): void {
  if (targets.length !== scores.length || targets.length === 0 || targets.length % classes !== 0)
    throw new RangeError(
      `${targets.length} targets of ${classes} classes need ${targets.length} probabilities, and at least one ` +
        `row; there are ${scores.length}.`,
    );
  for (let index = 0; index < targets.length; index++)
    if (targets[index] !== 0 && targets[index] !== 1)
      throw new RangeError(
        `The target of sample ${Math.floor(index / classes)} for class ${index % classes} is ${targets[index]}; it should be 0 or 1.`,
      );
  checkScores(scores, classes);
}

function checkScores(scores: ArrayLike<number>, classes: number): void {
  for (let index = 0; index < scores.length; index++) {
    if (Number.isNaN(scores[index])) {
      throw new RangeError(
        `The score of sample ${Math.floor(index / classes)} for class ${index % classes} is not a number. ` +
          'Check whether the features or the weights of the classifier hold NaN.',
      );
    }
  }
}

/** The scores of one class: column `k` of `[n, classes]`. */
export function column(scores: ArrayLike<number>, classes: number, k: number): Float64Array {
  return Float64Array.from(
    { length: scores.length / classes },
    (_, row) => scores[row * classes + k]!,
  );
}

/** Selects samples and their rows by index, in the order of the indices. An index may occur several times. */
export function pick(
  labels: ArrayLike<number>,
  rows: ArrayLike<number>,
  classes: number,
  samples: ArrayLike<number>,
): { readonly labels: Int32Array; readonly rows: Float64Array } {
  const picked = new Float64Array(samples.length * classes);
  const truth = new Int32Array(samples.length);
  for (let row = 0; row < samples.length; row++) {
    const sample = samples[row]!;
    truth[row] = labels[sample]!;
    for (let k = 0; k < classes; k++) picked[row * classes + k] = rows[sample * classes + k]!;
  }
  return { labels: truth, rows: picked };
}
