import type { DuplicateGroup, Finding } from '../photo';
import type { SplitName } from '../split';
import { groupCopies } from './chains';
import { type CopyOptions, type CopyPair, findCopies } from './copies';
import type { Sketch } from './sketch';

/** Groups of photos that are the same or nearly the same. */
export interface PhotoCopies {
  /** Indices, ascending in each group. No photo is in two groups. */
  readonly groups: readonly (readonly number[])[];
  /** Pairs of near copies in different groups, because a chain was cut between them. */
  readonly cut: readonly CopyPair[];
}

/**
 * Finds pairs of near copies. Photos with the same bytes are represented by the first of them. Photos without a sketch are
 * skipped.
 */
export async function findPhotoCopies(
  photos: readonly { readonly sha256: string; readonly sketch?: Sketch }[],
  options: CopyOptions = {},
): Promise<CopyPair[]> {
  const looked = sameBytes(photos).flatMap(([first]) => {
    const { sketch } = photos[first!]!;
    return sketch ? [{ first: first!, sketch }] : [];
  });
  const pairs = await findCopies(
    looked.map(({ sketch }) => sketch),
    options,
  );
  // The first photos of each file keep the order of the set, so `a` is before `b`.
  return pairs.map(({ a, b, likeness }) => ({
    a: looked[a]!.first,
    b: looked[b]!.first,
    likeness,
  }));
}

/** Groups photos with the same bytes and near copies. Photos with the same bytes are never separated. */
export function groupPhotos(
  photos: readonly { readonly sha256: string }[],
  pairs: readonly CopyPair[],
): PhotoCopies {
  const files = sameBytes(photos);
  const fileOf = new Map(files.flatMap((file, index) => file.map(photo => [photo, index])));
  const { groups, cut } = groupCopies(
    files.map(({ length }) => length),
    pairs.map(({ a, b, likeness }) => ({ a: fileOf.get(a)!, b: fileOf.get(b)!, likeness })),
  );
  const connected = new Set(groups.flat());
  const alone = files.filter((file, index) => file.length > 1 && !connected.has(index));
  const joined = groups.map(group => group.flatMap(file => files[file]!).sort((a, b) => a - b));
  return {
    groups: [...alone, ...joined].sort(([a], [b]) => a! - b!),
    cut: cut.map(({ a, b, likeness }) => ({ a: files[a]![0]!, b: files[b]![0]!, likeness })),
  };
}

/** Indices of photos with the same bytes, ascending in each group. A photo without copies is a group by itself. */
export function sameBytes(photos: readonly { readonly sha256: string }[]): number[][] {
  const groups = new Map<string, number[]>();
  photos.forEach(({ sha256 }, index) => {
    const same = groups.get(sha256);
    if (same) same.push(index);
    else groups.set(sha256, [index]);
  });
  return [...groups.values()];
}

interface Described {
  readonly id: string;
  readonly sha256: string;
  readonly class: string;
  readonly part?: SplitName;
}

export function describeGroup(members: readonly Described[]): DuplicateGroup {
  const among = (key: keyof Described) => new Set(members.map(member => member[key])).size;
  return {
    kind: among('sha256') > 1 ? 'near' : 'exact',
    photos: members.map(({ id }) => id),
    acrossClasses: among('class') > 1,
    acrossParts: among('part') > 1,
  };
}

/** Findings about the pairs at which chains were cut. */
export function chainFindings(
  cut: readonly CopyPair[],
  photos: readonly { readonly id: string }[],
): Finding[] {
  return cut.map(({ a, b }) => ({
    kind: 'chain cut',
    subject: `${photos[a]!.id}, ${photos[b]!.id}`,
    reason:
      'nearly the same picture, but a chain of copies through more than 5 % of the photos was cut between them: ' +
      'they may be in different parts of the split',
  }));
}
