import { type Allocable, allocate, countsOf, roomFor, unitsOf } from './allocation';

/**
 * The parts of a split, in their order.
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

/** Which samples are in which part, as indices into what was split, ascending. */
export type Split = Readonly<Record<SplitName, readonly number[]>>;

/**
 * The least number of samples of a class that leaves one for each part.
 *
 * @example
 * ```ts
 * const { counts } = await inspect(await openPhotos('photos', { leastPerClass: 1 }));
 * const tooSmall = Object.keys(counts).filter(name => counts[name]! < leastPerClass);
 * ```
 */
export const leastPerClass = 6;

export interface SplitOptions {
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Samples cannot be split as asked, or a manifest is none, or does not fit the photos.
 *
 * @example
 * ```ts
 * const photos = groupBySource((await openPhotos('photos')).photos);
 * function split(): Split {
 *   try {
 *     return splitByGroup(photos);
 *   } catch (error) {
 *     if (error instanceof SplitError) return splitByClass(photos); // too few sources
 *     throw error;
 *   }
 * }
 * ```
 */
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
 * Samples with several classes (`labels`) are stratified iteratively, so that each class has these shares as nearly as can be; there an
 * added sample may move others too.
 *
 * @param samples Ids must be unique. Groups are ignored; `splitByGroup` keeps them together.
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

/** @param parts Training, validation and test. */
export function splitOf(parts: readonly (readonly number[])[]): Split {
  const [train = [], validation = [], test = []] = parts;
  return { train, validation, test };
}
