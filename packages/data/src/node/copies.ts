import type { CopyOptions } from '../copies/copies';
import { chainFindings, describeGroup, findPhotoCopies, groupPhotos } from '../copies/photo-copies';
import type { Sketch } from '../copies/sketch';
import { classKey, type Named, namesOf } from '../labels';
import type { DuplicateGroup, Finding } from '../photo';
import { type SplitName, splitNames } from '../split';

/** A file that was decoded and checked. */
export interface Looked extends Named {
  readonly id: string;
  readonly part?: SplitName;
  readonly sha256: string;
  readonly sketch?: Sketch;
}

/** Groups of photos that are the same or nearly the same. Photos are named by their place in the list. */
export interface Copies {
  /** For each photo that has copies, its group. */
  readonly groups: ReadonlyMap<number, readonly number[]>;
  /** For photos at which a chain was cut, the near copies in other groups, by the hash of the bytes. */
  readonly cut: ReadonlyMap<string, readonly number[]>;
  /** Findings about chains that were cut. */
  readonly findings: readonly Finding[];
}

/** @param near Whether to look for near copies too, and not only for equal bytes. */
export async function findCopiesAmong(
  photos: readonly Looked[],
  near: boolean,
  options: CopyOptions,
): Promise<Copies> {
  const pairs = near ? await findPhotoCopies(photos, options) : [];
  const found = groupPhotos(photos, pairs);
  const groups = new Map<number, readonly number[]>();
  for (const group of found.groups) for (const member of group) groups.set(member, group);
  const cut = new Map<string, number[]>();
  const note = (photo: number, other: number) => {
    const { sha256 } = photos[photo]!;
    const known = cut.get(sha256);
    if (known) known.push(other);
    else cut.set(sha256, [other]);
  };
  for (const { a, b } of found.cut) {
    note(a, b);
    note(b, a);
  }
  return { groups, cut, findings: chainFindings(found.cut, photos) };
}

/**
 * Keeps every photo of a given split in one part only: copies of test photos (also near copies) are left out of training
 * and validation, and copies of validation photos out of training. If the labels of copies differ, the finding says so.
 *
 * @returns The places of the photos that are kept.
 */
export function withoutLeaks(
  photos: readonly Looked[],
  { groups, cut }: Copies,
): { readonly kept: Uint32Array; readonly leaks: readonly Finding[] } {
  const rank = ({ part }: Looked) => (part === undefined ? -1 : splitNames.indexOf(part));
  const highest = (related: readonly Looked[]) =>
    related.reduce((best, each) => (rank(each) > rank(best) ? each : best));
  const highestOf = new Map<readonly number[], Looked>();
  for (const group of groups.values())
    if (!highestOf.has(group)) highestOf.set(group, highest(group.map(each => photos[each]!)));
  const leaks: Finding[] = [];
  const kept = new Uint32Array(photos.length);
  let count = 0;
  for (let index = 0; index < photos.length; index++) {
    const group = groups.get(index);
    if (!group && cut.size === 0) {
      kept[count++] = index;
      continue;
    }
    const photo = photos[index]!;
    const { id, sha256, part } = photo;
    const others = (cut.get(sha256) ?? []).map(each => photos[each]!);
    const best = highest([photo, (group && highestOf.get(group)) ?? photo, ...others]);
    if (best.part === part) {
      kept[count++] = index;
      continue;
    }
    const members = (group ?? [index]).map(each => photos[each]!);
    const same = members.find(other => other.sha256 === sha256 && other.part === best.part);
    const source = same ?? best;
    const what = same ? 'the same bytes' : 'nearly the same picture';
    const [own, other] = [photo, source].map(each => classKey(namesOf(each)));
    const reason =
      `${what} as ${source.id} in ${best.part}; this copy is left out of ${part}` +
      (own === other
        ? ''
        : `. One is labeled '${own}' and the other '${other}': check which label is right`);
    leaks.push({ kind: 'leak', subject: id, reason });
  }
  return { kept: kept.subarray(0, count), leaks };
}

/** The information about copies among the used photos that a set reports. */
export interface Told {
  readonly copies: readonly DuplicateGroup[];
  /** The fields about copies that each photo gets, by its place in the list. */
  readonly marks: ReadonlyMap<
    number,
    { readonly sameAs?: string; readonly cutFrom?: readonly string[] }
  >;
}

/** @param used Places of photos, in the order of the set. */
export function tellOfCopies(
  photos: readonly Looked[],
  used: Uint32Array,
  { groups: all, cut }: Copies,
): Told {
  const members = new Map<readonly number[], number[]>();
  for (const index of used) {
    const group = all.get(index);
    if (group) members.set(group, [...(members.get(group) ?? []), index]);
  }
  const groups = [...members.values()].filter(group => group.length > 1);
  const marks = new Map<number, { sameAs?: string; cutFrom?: readonly string[] }>();
  const described = groups.map(group => {
    const own = group.map(index => photos[index]!);
    const told = describeGroup(own.map(photo => ({ ...photo, class: classKey(namesOf(photo)) })));
    if (told.kind === 'near') for (const index of group) marks.set(index, { sameAs: own[0]!.id });
    return told;
  });
  if (cut.size > 0)
    for (const index of used) {
      const cutFrom = cut.get(photos[index]!.sha256)?.map(other => photos[other]!.id);
      if (cutFrom) marks.set(index, { ...marks.get(index), cutFrom });
    }
  return { copies: described, marks };
}
