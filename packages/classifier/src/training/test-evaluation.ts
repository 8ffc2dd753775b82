import {
  type Assessment,
  assess,
  assessMultiLabel,
  type Certainty,
  type FigureOptions,
  fitCertainty,
  fitMultiLabelCertainty,
  type InferenceOptions,
  logitsOf,
  type MultiLabelAssessment,
  type MultiLabelCertainty,
  type Truth,
} from '@shroom/train';
import type { Calibrating, Trained } from './training';

/** How good a classifier is on test photos, and when it may be sure. */
export interface TestEvaluation {
  readonly certainty: CertaintyByViews;
  /** Of the test photos, `[photos, classes]`. */
  readonly logits: Float32Array;
  /** The same from one view of each photo. */
  readonly plainLogits: Float32Array;
  /** Where they may have several classes, a `MultiLabelAssessment`. */
  readonly assessment: Assessment | MultiLabelAssessment;
}

/** When an answer is sure; of photos that may have several classes, it also says which they have. */
export type TestCertainty = Certainty | MultiLabelCertainty;

/** When an answer is sure, and where photos may have several classes, which they have. */
export interface CertaintyByViews {
  /** From one view of a photo, as those of the programs and of the page are. */
  readonly plain: TestCertainty;
  /** From as many views as the test averages. */
  readonly averaged: TestCertainty;
}

/** Whether photos may have several classes. */
export const isMultiLabel = (assessment: Assessment): assessment is MultiLabelAssessment =>
  'answers' in assessment;

export async function evaluateTest(
  { classifier, calibrating, test }: Trained,
  classes: number,
  options: InferenceOptions,
): Promise<TestEvaluation> {
  const certainty = certaintyOf(calibrating, classes);
  const logits = await logitsOf(classifier, test, options);
  const plainLogits =
    options.views === 1 ? logits : await logitsOf(classifier, test, { ...options, views: 1 });
  const assessment = assessmentOf(test, logits, classes, certainty.averaged);
  return { certainty, logits, plainLogits, assessment };
}

/** @param calibrating Photos that had no part in the training, and none in the choice of its epoch. */
export function certaintyOf(
  { plain, averaged, ...truth }: Calibrating,
  classes: number,
): CertaintyByViews {
  const { labels, targets } = truth;
  const of = (logits: Float32Array) =>
    targets
      ? fitMultiLabelCertainty(targets, logits, classes)
      : fitCertainty(labels, logits, classes);
  const certainty = of(averaged);
  return { plain: plain === averaged ? certainty : of(plain), averaged: certainty };
}

/** @param certainty Of as many views as the logits are of. */
export function assessmentOf(
  { labels, targets }: Truth,
  logits: Float32Array,
  classes: number,
  certainty: TestCertainty,
  options: FigureOptions = {},
): Assessment | MultiLabelAssessment {
  return targets
    ? assessMultiLabel(targets, logits, classes, certainty as MultiLabelCertainty, options)
    : assess(labels, logits, classes, certainty, options);
}
