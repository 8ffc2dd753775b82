import type { CopyPair } from '../copies/copies';
import {
  chainFindings,
  describeGroup,
  groupPhotos,
  type PhotoCopies,
  sameBytes,
} from '../copies/photo-copies';
import { classKey } from '../labels';
import type { DuplicateGroup, Finding } from '../photo';
import type { SplitName } from '../split';
import { groupsOf } from './neighbors';

/** Facts about one photo, without its pixels. */
export interface PhotoFacts {
  readonly id: string;
  readonly class: string;
  /** All classes of the photo, in a set whose photos may have several classes. */
  readonly classes?: readonly string[];
  /** Width and height of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** File format, such as `jpeg`. */
  readonly format: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly sha256: string;
  /** The part of the photo, if a split was given. */
  readonly part?: SplitName;
}

/** A problem of a photo or a class that the owner of the set should look at. */
export interface Concern {
  readonly kind:
    | 'unusable'
    | 'converted'
    | 'tiny'
    | 'huge'
    | 'extreme aspect'
    | Exclude<Finding['kind'], 'quarantined' | 'converted'>
    | 'imbalance';
  readonly subject: string;
  readonly reason: string;
}

/** The result of an inspection as plain data, which can be saved as JSON. */
export interface Inspection {
  readonly photos: readonly PhotoFacts[];
  readonly counts: Readonly<Record<string, number>>;
  readonly concerns: readonly Concern[];
  readonly duplicates: readonly DuplicateGroup[];
  /**
   * Ids of photos that should not be used for training: unreadable files, every copy of a photo except the first, and all
   * copies if their classes contradict each other. This is a suggestion; no file is changed.
   */
  readonly quarantine: readonly string[];
}

export interface InspectionLimits {
  /** A photo whose shorter side is below this is `tiny`. Default 64 pixels. */
  readonly leastSide?: number;
  /** A photo with more pixels is `huge`. Default 50 million pixels. */
  readonly mostPixels?: number;
  /** A photo whose longer side exceeds its shorter side by more than this factor is an `extreme aspect`. Default 3. */
  readonly mostAspect?: number;
  /** A class is an `imbalance` if another class has at least this many times its photos. Default 5. */
  readonly mostImbalance?: number;
}

/**
 * Finds odd sizes, duplicates and imbalance from facts about photos. (`inspect` also reads the facts from the files.)
 *
 * @param known Problems that were found when the photos were opened.
 * @param pairs Pairs of near copies among the photos, as returned by `findCopies`. Default: none.
 * @example
 * ```ts
 * const size = { width: 40, height: 60, format: 'jpeg', bytes: 900 };
 * const facts = [{ id: 'Amanita/1.jpg', class: 'Amanita', sha256: 'd2a8', ...size }];
 * inspectFacts(facts, []).concerns; // [{ kind: 'tiny', subject: 'Amanita/1.jpg', reason: '40 x 60 pixels' }]
 * ```
 */
export function inspectFacts(
  photos: readonly PhotoFacts[],
  known: readonly Concern[],
  limits: InspectionLimits = {},
  pairs: readonly CopyPair[] = [],
): Inspection {
  const { groups, cut } = groupPhotos(photos, pairs);
  const duplicates = describe(photos, groups);
  const counts: Record<string, number> = {};
  for (const name of photos.flatMap(photo => photo.classes ?? [photo.class]))
    counts[name] = (counts[name] ?? 0) + 1;
  const isNew = ({ subject }: Concern) => !known.some(each => each.subject === subject);
  const concerns = [
    ...known,
    ...(chainFindings(cut, photos) as Concern[]).filter(isNew),
    ...photos.flatMap(photo => oddities(photo, limits)),
    ...imbalances(counts, limits.mostImbalance ?? 5),
  ];
  const unusable = known.filter(({ kind }) => kind === 'unusable');
  const copies = duplicates
    .filter(({ kind }) => kind === 'exact')
    .flatMap(({ photos, acrossClasses }) => (acrossClasses ? photos : photos.slice(1)));
  const quarantine = [...new Set([...unusable.map(({ subject }) => subject), ...copies])];
  return { photos, counts, concerns, duplicates, quarantine };
}

/**
 * Adds groups to photos so that duplicates stay together, for `splitByGroup` and `kFolds`. Existing groups are kept, and
 * merged if a duplicate connects them.
 *
 * @example
 * ```ts
 * const set = await openPhotos('photos');
 * const { duplicates } = await inspect(set);
 * const split = splitByGroup(groupDuplicates(set.photos, duplicates));
 * ```
 */
export function groupDuplicates<P extends { readonly id: string; readonly group?: string }>(
  photos: readonly P[],
  duplicates: readonly DuplicateGroup[],
): (P & { readonly group?: string })[] {
  const places = new Map(photos.map(({ id }, index) => [id, index]));
  const homes = new Map<string, number>();
  const ties = duplicates.flatMap(({ photos: ids }) => {
    const members = ids.flatMap(id => places.get(id) ?? []);
    return members.slice(1).map(member => ({ a: members[0]!, b: member }));
  });
  photos.forEach(({ group }, index) => {
    if (group === undefined) return;
    const home = homes.get(group);
    if (home === undefined) homes.set(group, index);
    else ties.push({ a: home, b: index });
  });
  const names = new Map<number, string>();
  for (const members of groupsOf(photos.length, ties)) {
    const first = photos[members[0]!]!;
    for (const member of members) names.set(member, first.group ?? `like ${first.id}`);
  }
  return photos.map((photo, index) => {
    const group = names.get(index) ?? photo.group;
    return group === undefined ? photo : { ...photo, group };
  });
}

/** Groups of photos with the same bytes, then groups of near copies. */
function describe(photos: readonly PhotoFacts[], near: PhotoCopies['groups']): DuplicateGroup[] {
  const exact = sameBytes(photos);
  const groups = [...exact, ...near].map(group => group.map(index => photos[index]!));
  const described = groups.map(group =>
    describeGroup(
      group.map(photo => ({ ...photo, class: classKey(photo.classes ?? [photo.class]) })),
    ),
  );
  return described.filter(({ kind }, index) => kind === 'near' || index < exact.length);
}

function oddities({ id, width, height }: PhotoFacts, limits: InspectionLimits): Concern[] {
  const { leastSide = 64, mostPixels = 50e6, mostAspect = 3 } = limits;
  const size = `${width} x ${height} pixels`;
  const aspect = Math.max(width, height) / Math.min(width, height);
  const found: Concern[] = [];
  if (Math.min(width, height) < leastSide) found.push({ kind: 'tiny', subject: id, reason: size });
  if (width * height > mostPixels) found.push({ kind: 'huge', subject: id, reason: size });
  if (aspect > mostAspect) {
    const reason = `${size}, ${aspect.toFixed(1)} to 1: squashing it to a square distorts it`;
    found.push({ kind: 'extreme aspect', subject: id, reason });
  }
  return found;
}

function imbalances(counts: Readonly<Record<string, number>>, most: number): Concern[] {
  const largest = Object.entries(counts).reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  return Object.entries(counts)
    .filter(([, count]) => count * most <= largest[1])
    .map(([name, count]) => {
      const reason = `${count} photos, but ${largest[0]} has ${largest[1]}; use class weights or add photos`;
      return { kind: 'imbalance', subject: name, reason };
    });
}
