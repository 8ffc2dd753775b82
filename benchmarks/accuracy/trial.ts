import type { Run } from '@shroom/classifier';
import type { Calibration } from '@shroom/train';

export interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
}

/** What a run says about one way to train. */
export interface Trial {
  readonly validation: Scores;
  readonly test: Scores;
  /** Number of training, validation and test photos. */
  readonly photos: readonly [train: number, validation: number, test: number];
  /** Reliability of the raw probabilities, and of those at the fitted temperature. */
  readonly calibration: { readonly raw: Calibration; readonly scaled: Calibration };
  readonly temperature: number;
  /** Share of test photos whose class was in their set, and the mean number of classes in a set. */
  readonly sets: { readonly coverage: number; readonly meanSize: number };
}

/** Collects the figures of a finished run. The validation scores are those of the epoch whose weights were kept. */
export function trialOf({ history, test }: Run, photos: Trial['photos']): Trial {
  const { evaluation, calibration, certainty, sets } = test.assessment;
  const { accuracy, macroF1 } = history.findLast(({ best }) => best)!.validation;
  return {
    validation: { accuracy, macroF1 },
    test: { accuracy: evaluation.accuracy, macroF1: evaluation.macroF1 },
    photos,
    calibration,
    temperature: certainty.temperature,
    sets,
  };
}
