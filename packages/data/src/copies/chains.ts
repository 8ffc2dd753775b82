import type { CopyPair } from './copies';
import { Families } from './families';

/** Groups of photos that stay together, and pairs of copies that were separated. */
export interface CopyGroups {
  /** Each group has at least two indices in ascending order. The groups are sorted by their first index. */
  readonly groups: readonly (readonly number[])[];
  /** Pairs of copies that were separated because a chain of copies was too long. */
  readonly cut: readonly CopyPair[];
}

/** Groups of up to this size are never cut if one photo is a copy of all others in the group. */
const smallStar = 16;

/**
 * Groups of photos that are connected by pairs. Pairs can form a chain through a whole set, in which each photo is like the
 * next but the first is not like the last. So a group with more than `share` of the set is cut at its weakest pairs. A
 * small group in which one photo is a copy of all others is not a chain.
 *
 * @param sizes For each photo, the number of files with the same bytes. These files are never separated.
 * @param pairs Pairs of copies, as returned by `findCopies`.
 * @param share Largest share of all files that a group may have. Default 0.05; a group of two files is always allowed.
 * @example
 * ```ts
 * const pairs = [{ a: 0, b: 1, likeness: 0.95 }, { a: 1, b: 3, likeness: 0.85 }];
 * groupCopies([1, 1, 1, 1], pairs).groups; // [[0, 1, 3]]
 * ```
 */
export function groupCopies(
  sizes: ArrayLike<number>,
  pairs: readonly CopyPair[],
  share = 0.05,
): CopyGroups {
  const most = Math.max(2, Math.floor(share * sum(sizes)));
  const all = connect(sizes, pairs, Number.POSITIVE_INFINITY);
  const tooLong = new Set<number>();
  const neighbors = new Map<number, Set<number>>();
  for (const { a, b } of pairs)
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      neighbors.set(one, (neighbors.get(one) ?? new Set()).add(other));
  for (const group of all.groups) {
    const isStar = group.some(photo => neighbors.get(photo)!.size === group.length - 1);
    const size = sum(group.map(photo => sizes[photo]!));
    if (size <= most || (isStar && size <= smallStar)) continue;
    for (const photo of group) tooLong.add(photo);
  }
  if (tooLong.size === 0) return all;
  const kept = all.groups.filter(([first]) => !tooLong.has(first!));
  const pieces = connect(
    sizes,
    pairs.filter(({ a }) => tooLong.has(a)),
    most,
  );
  const groups = [...kept, ...pieces.groups].sort(([a], [b]) => a! - b!);
  return { groups, cut: pieces.cut };
}

const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);

/** Joins pairs in the order of their likeness, as long as the group stays small enough. */
function connect(given: ArrayLike<number>, pairs: readonly CopyPair[], most: number): CopyGroups {
  const families = new Families(given.length);
  const sizes = Int32Array.from(given);
  const strongest = [...pairs].sort((x, y) => y.likeness - x.likeness || x.a - y.a || x.b - y.b);
  const cut: CopyPair[] = [];
  for (const pair of strongest) {
    const [a, b] = [families.of(pair.a), families.of(pair.b)];
    if (a === b) continue;
    const size = sizes[a]! + sizes[b]!;
    if (size > most) cut.push(pair);
    else sizes[families.join(a, b)] = size;
  }
  const members = new Map<number, number[]>();
  for (const { a, b } of pairs)
    for (const photo of [a, b]) {
      const root = families.of(photo);
      const group = members.get(root);
      if (group) group.push(photo);
      else members.set(root, [photo]);
    }
  const groups = Array.from(members.values(), group => [...new Set(group)].sort((a, b) => a - b));
  return {
    groups: groups.filter(group => group.length > 1).sort(([a], [b]) => a! - b!),
    cut: cut.filter(({ a, b }) => families.of(a) !== families.of(b)),
  };
}
