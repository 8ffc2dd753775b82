import {
  type Assessment,
  assess,
  type Certainty,
  fitCertainty,
  type InferenceOptions,
  logitsOf,
} from '@shroom/train';
import type { Trained } from './training';

export interface TestEvaluation {
  /** When an answer from one view of a photo is sure, as those of the programs and of the page are. */
  readonly plain: Certainty;
  /** When an answer from as many views as the test averages is sure. */
  readonly certainty: Certainty;
  /** Of the test photos, `[photos, classes]`. */
  readonly logits: Float32Array;
  /** The same from one view of each photo. */
  readonly plainLogits: Float32Array;
  readonly assessment: Assessment;
}

/** How good a classifier is on test photos, and when it may be sure. */
export async function evaluateTest(
  { classifier, calibrating, test }: Trained,
  classes: number,
  options: InferenceOptions,
): Promise<TestEvaluation> {
  const { labels, plain, averaged } = calibrating;
  const certainty = fitCertainty(labels, averaged, classes);
  const logits = await logitsOf(classifier, test, options);
  const plainLogits =
    options.views === 1 ? logits : await logitsOf(classifier, test, { ...options, views: 1 });
  return {
    plain: fitCertainty(labels, plain, classes),
    certainty,
    logits,
    plainLogits,
    assessment: assess(test.labels, logits, classes, certainty),
  };
}
