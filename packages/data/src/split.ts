import { randomStream, shuffled } from './random';

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
 * Splits every class 65/20/15 by the rule of the original: of n samples `ceil(0.65 n)` train, `floor(0.2 n)` validate,
 * the rest test.
 *
 * Depends on the ids, the labels and the seed alone: not on the platform or on the order of the samples.
 *
 * @param samples Ids must be unique.
 * @throws SplitError when a class has fewer than `leastPerClass` samples.
 */
export function splitByClass(
  samples: readonly { readonly id: string; readonly label: number }[],
  options: SplitOptions = {},
): Split {
  const { seed = 0 } = options;
  const classes = new Map<number, number[]>();
  samples.forEach(({ label }, index) => {
    const members = classes.get(label);
    if (members) members.push(index);
    else classes.set(label, [index]);
  });

  const split: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const [label, members] of classes) {
    const count = members.length;
    if (count < leastPerClass) {
      throw new SplitError(
        `Class ${label} has ${count} samples; a split into three parts needs ${leastPerClass}.`,
      );
    }
    const sorted = members.sort((a, b) => compareText(samples[a]!.id, samples[b]!.id));
    const order = shuffled(sorted, randomStream('split', seed, label));
    // Integers keep 0.65 n from being rounded up one too far.
    const trained = Math.ceil((65 * count) / 100);
    const validated = Math.floor((20 * count) / 100);
    order.forEach((index, place) => {
      const name = place < trained ? 'train' : place < trained + validated ? 'validation' : 'test';
      split[name].push(index);
    });
  }
  for (const name of splitNames) split[name].sort((a, b) => a - b);
  return split;
}

/** By UTF-16 units: the same everywhere, unlike a locale's order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
