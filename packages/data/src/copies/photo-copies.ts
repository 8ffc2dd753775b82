import type { DuplicateGroup, Finding } from '../photo';
import type { SplitName } from '../split';
import { groupCopies } from './chains';
import { type CopyOptions, type CopyPair, findCopies } from './copies';
import type { Sketch } from './sketch';

/** Photos that are the same or nearly so. */
export interface PhotoCopies {
  /** Indices, each group ascending; no photo is in two. */
  readonly groups: readonly (readonly number[])[];
  /** Pairs of near copies in different groups, where a chain was cut. */
  readonly cut: readonly CopyPair[];
}

/** Pairs of near copies; of photos with the same bytes the first stands for all. Photos without a sketch have none. */
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
  // The first of each file are in the order of the photos: a stays before b.
  return pairs.map(({ a, b, likeness }) => ({
    a: looked[a]!.first,
    b: looked[b]!.first,
    likeness,
  }));
}

/** Groups of photos with the same bytes and of near copies; the same bytes are never torn apart. */
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

/** Indices of those with the same bytes, each group ascending, also those that are alone. */
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

/** That a chain was cut, where it was. */
export function chainFindings(
  cut: readonly CopyPair[],
  photos: readonly { readonly id: string }[],
): Finding[] {
  return cut.map(({ a, b }) => ({
    kind: 'chain cut',
    subject: `${photos[a]!.id}, ${photos[b]!.id}`,
    reason:
      'nearly the same picture, but at the weakest place of a chain of copies through more than 5 % of the photos: ' +
      'they may come into different parts',
  }));
}
