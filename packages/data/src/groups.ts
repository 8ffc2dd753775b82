import { type Allocable, allocate, countsOf, inOrder, roomFor, unitsOf } from './allocation';
import { labelsOf } from './labels';
import { type Split, SplitError, splitNames, splitOf } from './split';
import { stratify } from './stratification';

/** A sample that stays together with the samples of its group, with samples of the same bytes, and with its near copies. */
export type GroupedSample = Allocable;

export interface GroupOptions {
  /** Random seed. Default 0. */
  readonly seed?: number;
  /** Names of the labels, for error messages. */
  readonly classes?: readonly string[];
}

export interface FoldOptions extends GroupOptions {
  /** Number of folds, which have about the same size. Default 5. */
  readonly folds?: number;
}

/**
 * Splits by groups, with the counts of `splitByClass` as far as whole groups allow. Groups that hold more than a tenth of
 * their class, and groups with several classes, are assigned first, largest first, each to the part that lacks its classes
 * most. The hashes of the other groups decide their parts.
 *
 * The result depends only on hashes (or ids), labels, groups and the seed, not on the platform or the order of the samples.
 *
 * @throws SplitError when a class has too few groups to be in every part.
 * @example
 * ```ts
 * const { photos, classes } = await openPhotos('photos.csv', { group: 'photographer' });
 * const { train, validation, test } = splitByGroup(photos, { classes }); // indices into photos
 * ```
 */
export function splitByGroup(samples: readonly GroupedSample[], options: GroupOptions = {}): Split {
  const { seed = 0, classes } = options;
  const counts = countsOf(samples);
  const parts = allocate(unitsOf(samples), roomFor(counts), counts, seed);
  parts.forEach((part, index) => {
    const present = new Set(part.flatMap(sample => labelsOf(samples[sample]!)));
    for (const label of counts.keys()) {
      if (present.has(label)) continue;
      const own = samples.filter(sample => labelsOf(sample).includes(label));
      const count = new Set(own.map(({ id, group }) => group ?? id)).size;
      throw new SplitError(
        `Class ${classes?.[label] ?? label} is missing from ${splitNames[index]}: its ${own.length} samples are in ` +
          `${count} groups, which are too few or too large. Use smaller groups, or splitByClass, which ignores groups.`,
      );
    }
  });
  return splitOf(parts);
}

/**
 * Uses the source of each photo, such as the photographer, as its group. Otherwise the score could come from recognizing
 * the photographer.
 *
 * @param sourceOf Returns the source of a photo. Default: the file name before its first `-`; a file without `-` is a group
 *   by itself.
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos'); // photos/Amanita/miller-12.jpg ...
 * const split = splitByGroup(groupBySource(photos)); // all photos of miller are in one part
 * ```
 */
export function groupBySource<P extends { readonly id: string }>(
  photos: readonly P[],
  sourceOf: (photo: P) => string | undefined = ({ id }) => sourceInName.exec(id)?.[1],
): (P & { readonly group?: string })[] {
  return photos.map(photo => {
    const group = sourceOf(photo);
    return group === undefined ? photo : { ...photo, group };
  });
}

const sourceInName = /(?:^|\/)([^/-]+)-[^/]*$/;

/**
 * Folds for cross-validation. Every sample is in one fold, and every class is spread as evenly as its groups allow.
 *
 * @returns Indices into `samples`, ascending, for each fold.
 * @throws SplitError when there are fewer groups than folds.
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos');
 * const folds = kFolds(photos, { folds: 5 });
 * for (const validation of folds) {
 *   const train = folds.filter(fold => fold !== validation).flat();
 *   console.log(`${train.length} train, ${validation.length} validate`);
 * }
 * ```
 */
export function kFolds(
  samples: readonly GroupedSample[],
  options: FoldOptions = {},
): readonly (readonly number[])[] {
  const { folds = 5, seed = 0 } = options;
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`folds should be a whole number, 2 or more, not ${folds}.`);
  }
  const counts = countsOf(samples);
  const parts = distribute(samples, counts, folds, seed);
  const empty = parts.findIndex(part => part.length === 0);
  if (empty >= 0) {
    throw new SplitError(
      `Fold ${empty + 1} of ${folds} is empty: ${samples.length} samples are in too few groups.`,
    );
  }
  return parts;
}

/**
 * Assigns whole groups, largest first, each to the part that lacks its classes most. @returns Indices, ascending, for each
 * part.
 */
function distribute(
  samples: readonly GroupedSample[],
  totals: ReadonlyMap<number, number>,
  folds: number,
  seed: number,
): number[][] {
  const held = Array.from({ length: folds }, () => new Map<number, number>());
  const result = held.map((): number[] => []);
  const order = inOrder(unitsOf(samples), `folds ${seed}`);
  if (order.some(unit => unit.isMultiLabel)) {
    const share = new Map([...totals].map(([label, count]) => [label, count / folds]));
    return stratify(
      order,
      held.map(() => share),
    );
  }
  order.sort((a, b) => b.members.length - a.members.length);
  for (const { members, counts } of order) {
    const need = held.map(labels => {
      let lack = 0;
      for (const [label, count] of counts) {
        const goal = totals.get(label)! / folds;
        lack += (count * (goal - (labels.get(label) ?? 0))) / goal;
      }
      return lack;
    });
    const neediest = need.indexOf(Math.max(...need));
    for (const member of members) result[neediest]!.push(member);
    for (const [label, count] of counts)
      held[neediest]!.set(label, (held[neediest]!.get(label) ?? 0) + count);
  }
  for (const part of result) part.sort((a, b) => a - b);
  return result;
}
