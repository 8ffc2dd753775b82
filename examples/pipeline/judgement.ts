import {
  type Assessment,
  assess,
  type Certainty,
  type Features,
  fitCertainty,
  type InferenceOptions,
  logitsOf,
  type Trainable,
} from '@shroom/train';

export interface Judgement {
  /** When an answer is sure: found on the validation photos. */
  readonly certainty: Certainty;
  /** Of the test photos, `[photos, classes]`. */
  readonly logits: Float32Array;
  readonly assessment: Assessment;
}

/** How good a classifier is on test photos, and when it may be sure. */
export async function judge(
  classifier: Trainable,
  { validation, test }: { readonly validation: Features; readonly test: Features },
  classes: number,
  options: InferenceOptions,
): Promise<Judgement> {
  const found = await logitsOf(classifier, validation, options);
  const certainty = fitCertainty(validation.labels, found, classes);
  const logits = await logitsOf(classifier, test, options);
  return { certainty, logits, assessment: assess(test.labels, logits, classes, certainty) };
}
