import { type Allocable, allocate, countsOf, roomFor, unitsOf } from './allocation';

/**
 * The names of the parts of a split, in order.
 *
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos');
 * const split = splitByClass(photos);
 * for (const name of splitNames) console.log(name, split[name].length); // train 39, validation 12, test 9
 * ```
 */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** The samples of each part of a split, as ascending indices. */
export type Split = Readonly<Record<SplitName, readonly number[]>>;

/**
 * The minimum number of samples of a class for which every part gets at least one.
 *
 * @example
 * ```ts
 * const { counts } = await inspect(await openPhotos('photos', { leastPerClass: 1 }));
 * const tooSmall = Object.keys(counts).filter(name => counts[name]! < leastPerClass);
 * ```
 */
export const leastPerClass = 6;

export interface SplitOptions {
  /** Random seed. Default 0. */
  readonly seed?: number;
}

/**
 * Thrown when samples cannot be split as requested, or when a manifest is damaged or does not match the photos.
 *
 * @example
 * ```ts
 * const photos = groupBySource((await openPhotos('photos')).photos);
 * function split(): Split {
 *   try {
 *     return splitByGroup(photos);
 *   } catch (error) {
 *     if (error instanceof SplitError) return splitByClass(photos); // there are too few sources
 *     throw error;
 *   }
 * }
 * ```
 */
export class SplitError extends Error {
  override readonly name = 'SplitError';
}

/**
 * Splits every class 65/20/15 by the rule of the reference: of n samples, `ceil(0.65 n)` are for training, `floor(0.2 n)`
 * for validation, and the rest for the test. Samples with the same bytes stay in one part, and so do near copies that were
 * found when the set was opened.
 *
 * The position of a sample in the order depends only on its hash and the seed, not on the platform or the order of the
 * samples. Adding another class changes nothing. Adding a sample moves at most one or two other samples of its class to
 * another part, and moves no copies except its own.
 *
 * Samples with several classes (`labels`) are stratified iteratively, so that each class has these shares as closely as
 * possible. In this case, adding a sample may also move other samples.
 *
 * @param samples Samples with unique ids. Groups are ignored; `splitByGroup` keeps them together.
 * @throws SplitError when a class has fewer than `leastPerClass` samples.
 * @see Sechidis, Tsoumakas & Vlahavas 2011. https://doi.org/10.1007/978-3-642-23808-6_10
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos');
 * const { train, validation, test } = splitByClass(photos, { seed: 1 }); // indices into photos
 * const trained = train.map(index => photos[index]!);
 * ```
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
  const alone = samples.map(({ id, label, labels, sha256, sameAs }) => ({
    id,
    label,
    ...(labels && { labels }),
    ...(sha256 && { sha256 }),
    ...(sameAs !== undefined && { sameAs }),
  }));
  return splitOf(allocate(unitsOf(alone), roomFor(counts), counts, seed));
}

/** @param parts The samples for training, validation and test, in this order. */
export function splitOf(parts: readonly (readonly number[])[]): Split {
  const [train = [], validation = [], test = []] = parts;
  return { train, validation, test };
}
