import { type NamesOf, requireKnown } from '../options/option-names';
import { requireNumber } from '../options/requirements';
import { precisionRecallCurve } from './areas';
import { checkTargets, column } from './samples';

export interface ThresholdOptions {
  /** Threshold for classes that no photo has, 0 to 1. Default 0.5. */
  readonly floor?: number;
}

const thresholdOptions: NamesOf<ThresholdOptions> = { floor: true };

/**
 * Chooses the threshold with the highest F1 for each class. A class is predicted when its probability is at least the
 * threshold. A threshold lies halfway between two probabilities that occur; among equally good thresholds, the highest is
 * chosen.
 *
 * Use validation photos that the classifier was not trained on. For a class that few of these photos have, the threshold is
 * uncertain.
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param probability `[n, classes]`.
 * @returns `[classes]`.
 * @see Lipton, Elkan & Narayanaswamy 2014, section 3. https://arxiv.org/abs/1402.1892
 * @example
 * ```ts
 * const targets = [1, 0, 0, 1, 0, 0]; // of three photos the first has class 0, the second class 1
 * const probability = [0.7, 0.2, 0.3, 0.4, 0.1, 0.1];
 * chooseThresholds(targets, probability, 2); // [0.5, 0.3]
 * ```
 */
export function chooseThresholds(
  targets: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  options: ThresholdOptions = {},
): Float64Array {
  const { floor = 0.5 } = options;
  requireKnown('', options, thresholdOptions);
  requireNumber('floor', floor, { least: 0, most: 1 });
  checkTargets(targets, probability, classes);
  return Float64Array.from({ length: classes }, (_, k) => {
    const positive = column(targets, classes, k);
    if (!positive.includes(1)) return floor;
    return bestThreshold(positive, column(probability, classes, k));
  });
}

function bestThreshold(positive: Float64Array, scores: Float64Array): number {
  const { precision, recall, thresholds } = precisionRecallCurve(positive, scores);
  let [best, place] = [-1, 0];
  for (let index = 0; index < thresholds.length; index++) {
    const sum = precision[index]! + recall[index]!;
    const f1 = sum === 0 ? 0 : (2 * precision[index]! * recall[index]!) / sum;
    if (f1 < best - 1e-12) continue;
    [best, place] = [Math.max(best, f1), index];
  }
  const score = thresholds[place]!;
  const below = place === 0 ? 0 : thresholds[place - 1]!;
  const middle = (score + below) / 2;
  // There may be no floating-point number between the two neighbors.
  return middle > below ? middle : score;
}
