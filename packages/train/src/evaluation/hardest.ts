import { predictions } from './metrics';
import { checkLabels } from './samples';

/** A sample and what was predicted for it. */
export interface SamplePrediction {
  /** Its place among the labels. */
  readonly sample: number;
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
  /** Cross entropy in nats: how surprising the true class was. */
  readonly loss: number;
}

/**
 * All samples, those first whose true class surprised the classifier most; equally surprising ones in their order.
 *
 * @example
 * ```ts
 * for (const { sample, truth, predicted } of hardest(labels, probability, 9).slice(0, 10))
 *   console.log(`photo ${sample}: ${classNames[truth]}, taken for ${classNames[predicted]}`);
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
