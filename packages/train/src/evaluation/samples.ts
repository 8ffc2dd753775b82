/** @throws RangeError when there are not as many rows as labels, a label is no class, or a score is not a number. */
export function checkLabels(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): void {
  if (labels.length * classes !== scores.length || labels.length === 0) {
    throw new RangeError(
      `${labels.length} labels of ${classes} classes need ${labels.length * classes} probabilities, at least one row; ` +
        `there are ${scores.length}.`,
    );
  }
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(
        `Label ${sample} is ${label}; it should be a whole number of 0 to ${classes - 1}.`,
      );
    }
  }
  checkScores(scores, classes);
}

/** @throws RangeError when targets and scores are not as many, a target is neither 0 nor 1, or a score is not a number. */
export function checkTargets(
  targets: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): void {
  if (targets.length !== scores.length || targets.length === 0 || targets.length % classes !== 0)
    throw new RangeError(
      `${targets.length} targets of ${classes} classes need as many probabilities, at least one row; there are ${scores.length}.`,
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
          'Look for such numbers in the features or weights that made it.',
      );
    }
  }
}

/** The scores of one class, column `k` of `[n, classes]`. */
export function column(scores: ArrayLike<number>, classes: number, k: number): Float64Array {
  return Float64Array.from(
    { length: scores.length / classes },
    (_, row) => scores[row * classes + k]!,
  );
}

/** Some samples of labels and their rows, in this order, repeated where an index is. */
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
