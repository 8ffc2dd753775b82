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

/** Evaluation of a classifier on test photos, and the calibration of its certainty. */
export interface TestEvaluation {
  readonly certainty: CertaintyByViews;
  /** Logits of the test photos `[photos, classes]`, averaged over the views. */
  readonly logits: Float32Array;
  /** Logits of the test photos `[photos, classes]` from one view of each photo. */
  readonly plainLogits: Float32Array;
  /** The assessment of the test photos: for the task 'multi-label', a `MultiLabelAssessment`. */
  readonly assessment: Assessment | MultiLabelAssessment;
}

/** The calibration: temperature and thresholds. For the task 'multi-label', the calibration includes the threshold of each class. */
export type TestCertainty = Certainty | MultiLabelCertainty;

/** The calibration for one view and for averaged views. */
export interface CertaintyByViews {
  /** Calibration of answers from one view of a photo, as the command-line programs and the web page give them. */
  readonly plain: TestCertainty;
  /** Calibration of answers from as many views as the test averages. */
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

/** Calibrates the answers. @param calibrating Photos that were used neither for training nor for choosing the epoch. */
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

/** Evaluates logits. @param certainty The calibration for the number of views that the logits come from. */
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
