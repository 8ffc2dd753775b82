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

/** Groups of photos that are the same or nearly the same. */
export interface Copies<P> {
  /** For each photo that has copies, its group. */
  readonly groups: ReadonlyMap<P, readonly P[]>;
  /** For photos at which a chain was cut, the near copies in other groups, by the hash of the bytes. */
  readonly cut: ReadonlyMap<string, readonly P[]>;
  /** Findings about chains that were cut. */
  readonly findings: readonly Finding[];
}

/** @param near Whether to look for near copies too, and not only for equal bytes. */
export async function findCopiesAmong<P extends Looked>(
  photos: readonly P[],
  near: boolean,
  options: CopyOptions,
): Promise<Copies<P>> {
  const pairs = near ? await findPhotoCopies(photos, options) : [];
  const found = groupPhotos(photos, pairs);
  const groups = new Map<P, readonly P[]>();
  for (const group of found.groups) {
    const members = group.map(index => photos[index]!);
    for (const member of members) groups.set(member, members);
  }
  const cut = new Map<string, P[]>();
  const note = ({ sha256 }: P, other: P) => {
    const known = cut.get(sha256);
    if (known) known.push(other);
    else cut.set(sha256, [other]);
  };
  for (const { a, b } of found.cut) {
    note(photos[a]!, photos[b]!);
    note(photos[b]!, photos[a]!);
  }
  return { groups, cut, findings: chainFindings(found.cut, photos) };
}

/**
 * Keeps every photo of a given split in one part only: copies of test photos (also near copies) are left out of training
 * and validation, and copies of validation photos out of training. If the labels of copies differ, the finding says so.
 */
export function withoutLeaks<P extends Looked>(
  photos: readonly P[],
  { groups, cut }: Copies<P>,
): { readonly kept: readonly P[]; readonly leaks: readonly Finding[] } {
  const rank = ({ part }: P) => (part === undefined ? -1 : splitNames.indexOf(part));
  const highest = (related: readonly P[]) =>
    related.reduce((best, each) => (rank(each) > rank(best) ? each : best));
  const highestOf = new Map<readonly P[], P>();
  for (const group of groups.values())
    if (!highestOf.has(group)) highestOf.set(group, highest(group));
  const leaks: Finding[] = [];
  const kept = photos.filter(photo => {
    const { id, sha256, part } = photo;
    const group = groups.get(photo) ?? [photo];
    const best = highest([photo, highestOf.get(group) ?? photo, ...(cut.get(sha256) ?? [])]);
    if (best.part === part) return true;
    const same = group.find(other => other.sha256 === sha256 && other.part === best.part);
    const kept = same ?? best;
    const what = same ? 'the same bytes' : 'nearly the same picture';
    const [own, other] = [photo, kept].map(each => classKey(namesOf(each)));
    const reason =
      `${what} as ${kept.id} in ${best.part}; this copy is left out of ${part}` +
      (own === other
        ? ''
        : `. One is labeled '${own}' and the other '${other}': check which label is right`);
    leaks.push({ kind: 'leak', subject: id, reason });
    return false;
  });
  return { kept, leaks };
}

/** The information about copies among the used photos that a set reports. */
export interface Told<P> {
  readonly copies: readonly DuplicateGroup[];
  /** The fields about copies that each photo gets. */
  readonly marks: ReadonlyMap<
    P,
    { readonly sameAs?: string; readonly cutFrom?: readonly string[] }
  >;
}

/** @param used Photos in the order of the set. */
export function tellOfCopies<P extends Looked>(used: readonly P[], copies: Copies<P>): Told<P> {
  const members = new Map<readonly P[], P[]>();
  for (const photo of used) {
    const group = copies.groups.get(photo);
    if (group) members.set(group, [...(members.get(group) ?? []), photo]);
  }
  const groups = [...members.values()].filter(group => group.length > 1);
  const marks = new Map<P, { sameAs?: string; cutFrom?: readonly string[] }>();
  const described = groups.map(group => {
    const told = describeGroup(group.map(photo => ({ ...photo, class: classKey(namesOf(photo)) })));
    if (told.kind === 'near') for (const photo of group) marks.set(photo, { sameAs: group[0]!.id });
    return told;
  });
  for (const photo of used) {
    const cutFrom = copies.cut.get(photo.sha256)?.map(({ id }) => id);
    if (cutFrom) marks.set(photo, { ...marks.get(photo), cutFrom });
  }
  return { copies: described, marks };
}
