import { randomStream, shuffled } from './random';
import { compareText, type Split, SplitError, type SplitName, splitNames } from './split';

/** A sample that must stay together with the others of its group. */
export interface GroupedSample {
  /** Unique. */
  readonly id: string;
  readonly label: number;
  /** Samples without one stand for themselves. */
  readonly group?: string;
}

export interface GroupOptions {
  /** Default 0. */
  readonly seed?: number;
  /** Names of the labels, for errors. */
  readonly classes?: readonly string[];
}

export interface FoldOptions extends GroupOptions {
  /** Parts of about the same size. Default 5. */
  readonly folds?: number;
}

const shares: Readonly<Record<SplitName, number>> = { train: 0.65, validation: 0.2, test: 0.15 };

/**
 * Splits by groups, as near to 65/20/15 within each class as whole groups allow: the largest group first, each into the
 * part that lacks its classes most.
 *
 * Depends on ids, labels, groups and the seed alone: not on the platform or on the order of the samples.
 *
 * @throws SplitError when a class has too few groups to be in every part.
 */
export function splitByGroup(samples: readonly GroupedSample[], options: GroupOptions = {}): Split {
  const { seed = 0, classes } = options;
  const parts = distribute(
    samples,
    splitNames.map(name => shares[name]),
    ['split by group', seed],
  );
  parts.forEach((part, index) => {
    const present = new Set(part.map(sample => samples[sample]!.label));
    for (const { label } of samples) {
      if (present.has(label)) continue;
      const own = samples.filter(sample => sample.label === label);
      const count = new Set(own.map(({ id, group }) => group ?? id)).size;
      throw new SplitError(
        `Class ${classes?.[label] ?? label} is missing from ${splitNames[index]}: its ${own.length} samples are in ` +
          `${count} groups, which are too few or too large. Use finer groups, or splitByClass, which ignores them.`,
      );
    }
  });
  const [train, validation, test] = parts as [number[], number[], number[]];
  return { train, validation, test };
}

/**
 * Photos with their source as their group: whoever took them, so that a score does not come from knowing the
 * photographer.
 *
 * @param sourceOf Default what a file's name has before its first `-`; a file without one stands for itself.
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
 * Parts for cross-validation: every sample is in one, every class spread as evenly as its groups allow.
 *
 * @returns Indices into `samples`, ascending, for each part.
 * @throws SplitError when there are fewer groups than parts.
 */
export function kFolds(
  samples: readonly GroupedSample[],
  options: FoldOptions = {},
): readonly (readonly number[])[] {
  const { folds = 5, seed = 0 } = options;
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`folds should be a whole number, 2 or more, not ${folds}.`);
  }
  const parts = distribute(samples, Array(folds).fill(1 / folds), ['folds', seed]);
  const empty = parts.findIndex(part => part.length === 0);
  if (empty >= 0) {
    throw new SplitError(
      `Fold ${empty + 1} of ${folds} is empty: ${samples.length} samples are in too few groups.`,
    );
  }
  return parts;
}

interface Group {
  readonly name: string;
  readonly members: number[];
  /** How many members of each class. */
  readonly counts: Map<number, number>;
}

/** Gives whole groups to parts of these shares. @returns Indices, ascending, for each part. */
function distribute(
  samples: readonly GroupedSample[],
  parts: readonly number[],
  names: readonly (string | number)[],
): number[][] {
  const groups = groupsOf(samples);
  const totals = new Map<number, number>();
  for (const { label } of samples) totals.set(label, (totals.get(label) ?? 0) + 1);
  const held = parts.map(() => new Map<number, number>());
  const result = parts.map((): number[] => []);
  const order = shuffled(groups, randomStream(...names));
  order.sort((a, b) => b.members.length - a.members.length);
  for (const { members, counts } of order) {
    const need = parts.map((share, part) => {
      let lack = 0;
      for (const [label, count] of counts) {
        const goal = share * totals.get(label)!;
        // What the part lacks of this class, as a share of what it should have; rare classes count as much as others.
        lack += (count * (goal - (held[part]!.get(label) ?? 0))) / goal;
      }
      return lack;
    });
    const neediest = need.indexOf(Math.max(...need));
    for (const member of members) result[neediest]!.push(member);
    for (const [label, count] of counts) {
      held[neediest]!.set(label, (held[neediest]!.get(label) ?? 0) + count);
    }
  }
  for (const part of result) part.sort((a, b) => a - b);
  return result;
}

function groupsOf(samples: readonly GroupedSample[]): Group[] {
  const groups = new Map<string, Group>();
  samples.forEach(({ id, label, group }, index) => {
    // A sample of its own must not fall together with a group that has its name.
    const name = group === undefined ? `sample ${id}` : `group ${group}`;
    const found = groups.get(name) ?? { name, members: [], counts: new Map<number, number>() };
    found.members.push(index);
    found.counts.set(label, (found.counts.get(label) ?? 0) + 1);
    groups.set(name, found);
  });
  const named = [...groups.values()].sort((a, b) => compareText(a.name, b.name));
  // Sums over classes are rounded: they are made in the same order, whatever the order of the samples.
  return named.map(group => ({
    ...group,
    counts: new Map([...group.counts].sort(([a], [b]) => a - b)),
  }));
}
