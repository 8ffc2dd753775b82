import { predictions } from './metrics';
import { checkLabels } from './samples';

/** A sample and its prediction. */
export interface SamplePrediction {
  /** Index of the sample among the labels. */
  readonly sample: number;
  readonly truth: number;
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly probability: number;
  /** Cross entropy of the true class in nats. */
  readonly loss: number;
}

/**
 * All samples, sorted by loss, highest first. Samples with equal loss keep their order.
 *
 * @example
 * ```ts
 * for (const { sample, truth, predicted } of hardest(labels, probability, 9).slice(0, 10))
 *   console.log(`photo ${sample}: ${classNames[truth]}, predicted ${classNames[predicted]}`);
 * ```
 */
export function hardest(
  labels: ArrayLike<number>,
  probability: ArrayLike<number>,
  classes: number,
): SamplePrediction[] {
  checkLabels(labels, probability, classes);
  const predicted = predictions(probability, classes);
  const samples = Array.from({ length: labels.length }, (_, sample): SamplePrediction => {
    const truth = labels[sample]!;
    const own = probability[sample * classes + truth]!;
    return {
      sample,
      truth,
      predicted: predicted[sample]!,
      probability: probability[sample * classes + predicted[sample]!]!,
      loss: -Math.log(Math.max(own, Number.EPSILON)),
    };
  });
  return samples.sort((a, b) => b.loss - a.loss || a.sample - b.sample);
}
