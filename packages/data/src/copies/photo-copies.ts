import { fieldOf } from '../lazy-list';
import type { DuplicateGroup, Finding } from '../photo';
import type { SplitName } from '../split';
import { TextIndex } from '../text-index';
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
  const looked = Array.from(firstsOfBytes(photos)).flatMap((first, index) => {
    const { sketch } = photos[index]!;
    return first === index && sketch ? [{ first, sketch }] : [];
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
  const firsts = firstsOfBytes(photos);
  if (pairs.length === 0)
    return { groups: sameBytes(photos, firsts).sort(([a], [b]) => a! - b!), cut: [] };
  const files = firsts.filter((first, index) => first === index);
  const fileOf = new Int32Array(photos.length);
  files.forEach((first, file) => {
    fileOf[first] = file;
  });
  const sizes = new Int32Array(files.length);
  for (const first of firsts) sizes[fileOf[first]!]!++;
  const { groups, cut } = groupCopies(
    sizes,
    pairs.map(({ a, b, likeness }) => ({
      ...{ a: fileOf[firsts[a]!]!, b: fileOf[firsts[b]!]!, likeness },
    })),
  );
  const same = new Map(sameBytes(photos, firsts).map(group => [group[0]!, group]));
  const connected = new Set(groups.flat());
  const alone = [...same.values()].filter(([first]) => !connected.has(fileOf[first!]!));
  const joined = groups.map(group =>
    group.flatMap(file => same.get(files[file]!) ?? files[file]!).sort((a, b) => a - b),
  );
  return {
    groups: [...alone, ...joined].sort(([a], [b]) => a! - b!),
    cut: cut.map(({ a, b, likeness }) => ({ a: files[a]!, b: files[b]!, likeness })),
  };
}

/** Indices of photos with the same bytes, ascending in each group of at least two. */
export function sameBytes(
  photos: readonly { readonly sha256: string }[],
  firsts = firstsOfBytes(photos),
): number[][] {
  const groups = new Map<number, number[]>();
  firsts.forEach((first, index) => {
    if (first === index) return;
    const group = groups.get(first);
    if (group) group.push(index);
    else groups.set(first, [first, index]);
  });
  return [...groups.values()];
}

/** For each photo, the first one with the same bytes. */
function firstsOfBytes(photos: readonly { readonly sha256: string }[]): Int32Array {
  const hashOf = fieldOf(photos, 'sha256');
  const index = new TextIndex(photos.length, hashOf);
  const firsts = new Int32Array(photos.length);
  for (let number = 0; number < photos.length; number++)
    firsts[number] = index.firstOf(hashOf(number), number);
  return firsts;
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
