import { type RandomStream, randomStream } from '@shroom/data';
import {
  answer,
  calibration,
  evaluate,
  evaluateSets,
  fitCertainty,
  probabilities,
} from '@shroom/train';
import type { FoldLogits } from './out-of-fold';

/** Scores over all photos, each predicted by the classifier of the fold that had not seen it. */
export interface Scores {
  readonly accuracy: number;
  readonly confidence: number;
  /** Expected calibration error over ten bins of equal width. */
  readonly calibrationError: number;
  /** Mean negative log likelihood, in nats. */
  readonly loss: number;
  readonly brier: number;
}

export interface SeedScores {
  readonly raw: Scores;
  readonly calibrated: Scores;
  /** The calibration error of a perfectly calibrated classifier with the same confidence. */
  readonly perfect: number;
  /** Temperature of each fold. */
  readonly temperatures: readonly number[];
  /** Share of all photos whose class was in their set. */
  readonly coverage: number;
  readonly setSize: number;
}

/** Calibrates each fold on its held-out photos, and scores its test photos. */
export function seedScores(
  folds: readonly FoldLogits[],
  labels: Int32Array,
  classes: number,
  seed: number,
): SeedScores {
  const truth: number[] = [];
  const raw: number[] = [];
  const calibrated: number[] = [];
  const sets: (readonly number[])[] = [];
  const temperatures: number[] = [];
  const labelsOf = (photos: readonly number[]) => Int32Array.from(photos, photo => labels[photo]!);
  for (const { calibrating, test } of folds) {
    const certainty = fitCertainty(labelsOf(calibrating.photos), calibrating.logits, classes);
    temperatures.push(certainty.temperature);
    const { photos, logits } = test;
    truth.push(...labelsOf(photos));
    raw.push(...probabilities(logits, classes));
    for (let row = 0; row < photos.length; row++) {
      const found = answer(logits.slice(row * classes, (row + 1) * classes), certainty);
      calibrated.push(...found.probabilities);
      sets.push(found.fitting);
    }
  }
  const { coverage, meanSize } = evaluateSets(truth, sets, classes);
  return {
    raw: scores(truth, raw, classes),
    calibrated: scores(truth, calibrated, classes),
    temperatures,
    perfect: errorOfPerfect(calibrated, classes, randomStream('perfect', seed)),
    coverage,
    setSize: meanSize,
  };
}

function scores(
  labels: readonly number[],
  probability: readonly number[],
  classes: number,
): Scores {
  const { accuracy, loss, brier } = evaluate(labels, probability, classes);
  const { expectedError, confidence } = calibration(labels, probability, classes);
  return { accuracy, confidence, calibrationError: expectedError, loss, brier };
}

/**
 * The calibration error over ten bins of a classifier whose probabilities are all true: its right answers are drawn with
 * these probabilities. Mean of twenty draws.
 */
function errorOfPerfect(rows: readonly number[], classes: number, random: RandomStream): number {
  const times = 20;
  let sum = 0;
  for (let time = 0; time < times; time++) {
    const drawn = Array.from({ length: rows.length / classes }, (_, row) => {
      let left = random.between(0, 1);
      for (let k = 0; k < classes - 1; k++) {
        left -= rows[row * classes + k]!;
        if (left < 0) return k;
      }
      return classes - 1;
    });
    sum += calibration(drawn, rows, classes).expectedError;
  }
  return sum / times;
}
