import { type Allocable, allocate, countsOf, roomFor, unitsOf } from './allocation';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Which samples are in which part, as indices into what was split, ascending. */
export type Split = Readonly<Record<SplitName, readonly number[]>>;

/** The least number of samples of a class that leaves one for each part. */
export const leastPerClass = 6;

export interface SplitOptions {
  /** Default 0. */
  readonly seed?: number;
}

/** A class is too small to be in every part. */
export class SplitError extends Error {
  override readonly name = 'SplitError';
}

/**
 * Splits every class 65/20/15 by the rule of the reference: of n samples `ceil(0.65 n)` train, `floor(0.2 n)` validate,
 * the rest test. Samples with the same bytes stay in one part, and so do near copies that opening a set has found.
 *
 * A sample's place in the order follows from its own hash and the seed, not from the platform or the order of the samples.
 * Another class changes nothing. An added sample moves one or two others across a border, and no copies but its own.
 *
 * @param samples Ids must be unique. Groups are ignored; `splitByGroup` keeps them together.
 * @throws SplitError when a class has fewer than `leastPerClass` samples.
 */
export function splitByClass(
  samples: readonly Omit<Allocable, 'group'>[],
  options: SplitOptions = {},
): Split {
  const { seed = 0 } = options;
  const counts = countsOf(samples);
  for (const [label, count] of counts)
    if (count < leastPerClass) {
      throw new SplitError(
        `Class ${label} has ${count} samples; a split into three parts needs ${leastPerClass}.`,
      );
    }
  const alone = samples.map(({ id, label, sha256, sameAs }) => ({
    id,
    label,
    ...(sha256 && { sha256 }),
    ...(sameAs !== undefined && { sameAs }),
  }));
  return splitOf(allocate(unitsOf(alone), roomFor(counts), counts, seed));
}

/** @param parts Training, validation and test. */
export function splitOf(parts: readonly (readonly number[])[]): Split {
  const [train = [], validation = [], test = []] = parts;
  return { train, validation, test };
}
