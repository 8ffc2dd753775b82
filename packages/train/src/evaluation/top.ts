import { checkLabels } from './samples';

/**
 * Share of the samples whose class is among the `k` highest scores. Among equal scores, the class with the higher index
 * ranks first, as in scikit-learn.
 *
 * @param labels n class indices.
 * @param scores `[n, classes]`.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.top_k_accuracy_score.html
 * @example
 * ```ts
 * const scores = [0.5, 0.4, 0.1, 0.6, 0.3, 0.1, 0.6, 0.3, 0.1];
 * topKAccuracy([0, 1, 2], scores, 3, 2); // 0.67: the third photo's class comes last
 * ```
 */
export function topKAccuracy(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  k: number,
): number {
  checkLabels(labels, scores, classes);
  if (!(Number.isInteger(k) && k >= 1))
    throw new RangeError(`k is ${k}; it should be a whole number, 1 or more.`);
  let hits = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    const truth = labels[sample]!;
    const own = scores[sample * classes + truth]!;
    let above = 0;
    for (let other = 0; other < classes; other++) {
      const score = scores[sample * classes + other]!;
      if (score > own || (score === own && other > truth)) above += 1;
    }
    if (above < k) hits += 1;
  }
  return hits / labels.length;
}
