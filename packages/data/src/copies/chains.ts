import type { CopyPair } from './copies';
import { Families } from './families';

/** Photos that stay together, and pairs that do not although they are copies. */
export interface CopyGroups {
  /** Each ascending, of two or more, the first photo first. */
  readonly groups: readonly (readonly number[])[];
  /** Pairs that were cut, since a chain of copies had become too long. */
  readonly cut: readonly CopyPair[];
}

/** Groups of so many are kept together however small the set, where one of them is a copy of all others. */
const smallStar = 16;

/**
 * Groups of photos that are connected by pairs. A chain, in which one photo is like the next but the first is nothing like the
 * last, may run through a whole set: a group of more than `share` of the set is cut at its weakest pairs. A small group in which
 * one photo is a copy of all others is no chain.
 *
 * @param sizes For each photo, in how many files of the same bytes it is: these are never torn apart.
 * @param pairs As `findCopies` gives them.
 * @param share Of all files. Default 0.05; two files may always be a group.
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

/** Joins the most alike first, while a group has room for it. */
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
