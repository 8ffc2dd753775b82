import { averagePrecision } from './areas';
import { type AverageMetrics, average, type ClassMetrics, type Evaluation, ratio } from './metrics';
import { checkTargets, column } from './samples';

/** How well photos that have a class are separated from photos that do not have it. */
export interface LabelMetrics extends ClassMetrics {
  /** Average precision over all thresholds; NaN if no photo has the class. */
  readonly averagePrecision: number;
}

/**
 * Metrics of predictions for photos that may have several classes. `loss` is the mean binary cross entropy, `brier` is the
 * squared distance summed over the classes, and `confusion` is empty.
 */
export interface MultiLabelEvaluation extends Evaluation {
  readonly perClass: readonly LabelMetrics[];
  /** Mean of the average precision over the classes that some photo has. It does not depend on the thresholds. */
  readonly meanAveragePrecision: number;
  /** Metrics over all pairs of photo and class together. */
  readonly micro: AverageMetrics;
  /** The same number as `micro.f1`. */
  readonly microF1: number;
  /** Share of wrong answers among all answers, one for each photo and class. */
  readonly hammingLoss: number;
}

/**
 * The sigmoid of each logit in double precision: the independent probability of each class.
 *
 * @param temperature Divides the logits. Above 1 it makes the probabilities less confident, below 1 more confident. Default
 *   1.
 * @throws RangeError when the temperature is not a number above 0, or a logit is not a number.
 * @example
 * ```ts
 * sigmoids([0, 2]); // [0.5, 0.88]
 * sigmoids([0, 2], 2); // [0.5, 0.73]: less confident
 * ```
 */
export function sigmoids(logits: ArrayLike<number>, temperature = 1): Float64Array {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new RangeError(`The temperature is ${temperature}; it should be a number above 0.`);
  return Float64Array.from(logits, (logit, index) => {
    if (Number.isNaN(logit))
      throw new RangeError(
        `Logit ${index} is not a number. Check whether the features or the weights of the classifier hold NaN.`,
      );
    return 1 / (1 + Math.exp(-logit / temperature));
  });
}

/**
 * Computes the metrics of predictions for photos that may have several classes or none, as scikit-learn does (with
 * `zero_division=0`). A class that no photo has counts as 0 in the averages, but is left out of the mean average precision.
 *
 * @param targets `[n, classes]`, 1 where a photo has the class, else 0.
 * @param probability `[n, classes]`.
 * @param thresholds A class is predicted when its probability is at least the threshold of the class. Default 0.5 for all.
 * @throws RangeError when the number of probabilities is wrong, a target is neither 0 nor 1, or a probability is not a
 *   number.
 * @see https://scikit-learn.org/stable/modules/model_evaluation.html
 * @example
 * ```ts
 * const targets = [1, 1, 0, 0, 0, 1]; // the first photo has the classes 0 and 1
 * const probability = [0.9, 0.4, 0.2, 0.3, 0.1, 0.7];
 * const { accuracy, meanAveragePrecision, microF1 } = evaluateMultiLabel(targets, probability, 3);
 * console.log(accuracy, meanAveragePrecision, microF1); // 0.5 1 0.8
 * ```
 */
export function evaluateMultiLabel(
  targets: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  thresholds?: ArrayLike<number>,
): MultiLabelEvaluation {
  checkTargets(targets, probability, classes);
  const { counts, ...scores } = scoresOf(targets, probability, classes, thresholds);
  const perClass = scores.perClass.map((own, k): LabelMetrics => {
    const positive = column(targets, classes, k);
    return {
      ...own,
      averagePrecision: averagePrecision(positive, column(probability, classes, k)),
    };
  });
  const known = perClass.map(own => own.averagePrecision).filter(value => !Number.isNaN(value));
  return {
    ...scores,
    perClass,
    meanAveragePrecision: known.reduce((sum, value) => sum + value, 0) / known.length,
    confusion: [],
  };
}

/** Counts of photos for one class. */
export interface LabelCounts {
  /** Photos that have the class and were predicted to have it. */
  readonly hits: number;
  /** Photos that have the class. */
  readonly support: number;
  /** Photos that were predicted to have the class. */
  readonly claimed: number;
}

/** Computes all metrics that need no ranking. @param times How often each photo counts. Default: once. */
export function scoresOf(
  targets: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
  thresholds?: ArrayLike<number>,
  times?: ArrayLike<number>,
) {
  const [hits, support, claimed] = [0, 1, 2].map(() => new Float64Array(classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let [photos, exact, wrong, loss, brier] = [0, 0, 0, 0, 0];
  for (let photo = 0; photo * classes < targets.length; photo++) {
    const often = times ? times[photo]! : 1;
    if (often === 0) continue;
    let mistakes = 0;
    for (let k = 0; k < classes; k++) {
      const own = probability[photo * classes + k]!;
      const has = targets[photo * classes + k] === 1;
      const said = own >= (thresholds?.[k] ?? 0.5);
      if (has) support[k]! += often;
      if (said) claimed[k]! += often;
      if (has && said) hits[k]! += often;
      if (has !== said) mistakes += 1;
      loss -= often * Math.log(Math.max(has ? own : 1 - own, Number.EPSILON));
      brier += often * (own - (has ? 1 : 0)) ** 2;
    }
    photos += often;
    exact += mistakes === 0 ? often : 0;
    wrong += often * mistakes;
  }
  const counts = Array.from(hits, (own, k): LabelCounts => {
    return { hits: own, support: support[k]!, claimed: claimed[k]! };
  });
  const perClass = counts.map(metricsOf);
  const macro = average(perClass, () => 1);
  const sum = (name: keyof LabelCounts) => counts.reduce((total, each) => total + each[name], 0);
  const { support: _, ...micro } = metricsOf({
    ...{ hits: sum('hits'), support: sum('support'), claimed: sum('claimed') },
  });
  return {
    accuracy: exact / photos,
    balancedAccuracy: average(perClass, each => (each.support > 0 ? 1 : 0)).recall,
    macroF1: macro.f1,
    macro,
    weighted: average(perClass, each => each.support),
    micro,
    microF1: micro.f1,
    hammingLoss: wrong / (photos * classes),
    loss: loss / (photos * classes),
    brier: brier / photos,
    perClass,
    counts,
  };
}

function metricsOf({ hits, support, claimed }: LabelCounts): ClassMetrics {
  return {
    precision: ratio(hits, claimed),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, claimed + support),
    support,
  };
}
