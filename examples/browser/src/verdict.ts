import type { Certainty } from './model-manifest';

/** What a model says of a photo, with how sure it is. */
export interface Verdict {
  /** `[K]`, at the temperature that was calibrated. */
  readonly probabilities: readonly number[];
  /** Classes from the most probable to the least. */
  readonly ranking: readonly number[];
  /** Those that it may be, the most probable first. Empty when none is probable enough. */
  readonly candidates: readonly number[];
  /** Exactly one class may be it. */
  readonly sure: boolean;
}

/** Without a calibration: it may be any of the most probable classes that together reach this probability. */
export const uncalibratedCoverage = 0.8;

/**
 * Which classes a photo may show, from the model's logits.
 *
 * With a calibration these are the classes that reach its threshold, a prediction set; without one, the most probable ones
 * until they reach {@link uncalibratedCoverage} together.
 *
 * @see Sadinle et al. 2019. https://arxiv.org/abs/1609.00451
 */
export function verdictOf(logits: readonly number[], certainty?: Certainty): Verdict {
  const { temperature = 1, threshold } = certainty ?? {};
  const largest = Math.max(...logits);
  const powers = logits.map(value => Math.exp((value - largest) / temperature));
  const total = powers.reduce((sum, value) => sum + value, 0);
  const probabilities = powers.map(value => value / total);
  const ranking = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  const candidates =
    threshold === undefined
      ? mostProbable(probabilities, ranking)
      : ranking.filter(k => probabilities[k]! >= threshold);
  return { probabilities, ranking, candidates, sure: candidates.length === 1 };
}

function mostProbable(probabilities: readonly number[], ranking: readonly number[]): number[] {
  let reached = 0;
  return ranking.filter(k => {
    const before = reached;
    reached += probabilities[k]!;
    return before < uncalibratedCoverage;
  });
}
