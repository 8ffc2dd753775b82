import { type Labeled, labelsOf } from './labels';
import { hash32 } from './random';
import { neediest, type Room, stratify, type Unit } from './stratification';
import { compareText } from './text-order';

/** What an allocation knows of a sample. */
export interface Allocable extends Labeled {
  /** Unique. */
  readonly id: string;
  /** Of its bytes, where known: its place in the order follows from this, and equal ones stay together. Default the id. */
  readonly sha256?: string;
  /** Samples without one stand for themselves. */
  readonly group?: string;
  /** Names nearly the same pictures, which stay together. */
  readonly sameAs?: string;
}

/** A unit of one class that is at most this share of the class is small. */
const smallShare = 0.1;

/** Samples by their group; those with the same bytes, and near copies, are in one unit, whatever their groups. */
export function unitsOf(samples: readonly Allocable[]): Unit[] {
  const parents = samples.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  const homes = new Map<string, number>();
  samples.forEach(({ id, sha256, group, sameAs }, index) => {
    // A sample of its own must not fall together with a group that has its name.
    const names = [
      sha256 === undefined ? `sample ${id}` : `bytes ${sha256}`,
      ...(group === undefined ? [] : [`group ${group}`]),
      ...(sameAs === undefined ? [] : [`copies ${sameAs}`]),
    ];
    for (const name of names) {
      const home = homes.get(name);
      if (home === undefined) homes.set(name, index);
      else parents[rootOf(index)] = rootOf(home);
    }
  });
  const units = new Map<number, Omit<Unit, 'key' | 'isMultiLabel'>>();
  samples.forEach((sample, index) => {
    const root = rootOf(index);
    const unit = units.get(root) ?? { members: [], counts: new Map<number, number>() };
    units.set(root, unit);
    unit.members.push(index);
    for (const label of labelsOf(sample)) unit.counts.set(label, (unit.counts.get(label) ?? 0) + 1);
  });
  const isMultiLabel = samples.some(({ labels }) => labels !== undefined);
  // Sums over classes are rounded: they are made in the same order, whatever the order of the samples.
  const sorted = (counts: Unit['counts']) => new Map([...counts].sort(([a], [b]) => a - b));
  return Array.from(units.values(), ({ members, counts }) => ({
    members,
    isMultiLabel,
    counts: sorted(counts),
    key: keyOf(samples, { members }),
  }));
}

/** Its group's name, or the least of its members' hashes: it mostly stays when the unit grows. */
function keyOf(samples: readonly Allocable[], { members }: Pick<Unit, 'members'>): string {
  let least: string | undefined;
  for (const member of members) {
    const { group, sha256, id } = samples[member]!;
    const key = group === undefined ? (sha256 ?? id) : `group ${group}`;
    if (least === undefined || compareText(key, least) < 0) least = key;
  }
  return least!;
}

/** Where a unit stands between 0 and 1: it follows from its key and the seed alone. */
const placeOf = ({ key }: Unit, seed: string | number): number =>
  (hash32(`${seed}\u0000${key}`) >>> 0) / 2 ** 32;

/** Units by their places: what is added changes no other's. */
export function inOrder(units: readonly Unit[], seed: string | number): Unit[] {
  return units
    .map(unit => ({ unit, place: placeOf(unit, seed) }))
    .sort((a, b) => a.place - b.place || compareText(a.unit.key, b.unit.key))
    .map(({ unit }) => unit);
}

/** Of `count` samples of a class: `ceil(0.65 n)` train, `floor(0.2 n)` validate, the rest test. */
export function exactShares(count: number): [number, number, number] {
  // Integers keep 0.65 n from being rounded up one too far.
  const train = Math.ceil((65 * count) / 100);
  const validation = Math.floor((20 * count) / 100);
  return [train, validation, count - train - validation];
}

export function countsOf(samples: Iterable<Labeled>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const sample of samples)
    for (const label of labelsOf(sample)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Room for the exact shares of each class. */
export function roomFor(counts: ReadonlyMap<number, number>): Room {
  const room = [0, 1, 2].map(() => new Map<number, number>());
  for (const [label, count] of counts)
    for (const [part, share] of exactShares(count).entries()) room[part]!.set(label, share);
  return room;
}

/**
 * Gives whole units to parts. Large ones, and those of several classes, go first, each to the part that lacks its classes
 * most, and what is left of a class is shared out anew where one took more than its part should have. Then small groups go
 * where their own place in the order says, as long as there is room: a photo more elsewhere moves none of them. Last the
 * samples that stand for themselves, in order, into the first part that has room. Samples that may have several classes are stratified
 * iteratively instead.
 *
 * @param room What each part takes of each class; what is given is taken off it.
 * @param totals Samples of each class.
 * @returns Members for each part, ascending.
 */
export function allocate(
  units: readonly Unit[],
  room: Room,
  totals: ReadonlyMap<number, number>,
  seed: string | number,
): number[][] {
  if (units.some(unit => unit.isMultiLabel)) return stratify(inOrder(units, seed), room);
  const parts = room.map((): number[] => []);
  const goals = room.map(labels => new Map(labels));
  const give = ({ members, counts }: Unit, part: number) => {
    for (const member of members) parts[part]!.push(member);
    for (const [label, count] of counts)
      room[part]!.set(label, (room[part]!.get(label) ?? 0) - count);
  };
  const isSmall = ({ members, counts }: Unit) => {
    const [label] = counts.keys();
    return (
      counts.size === 1 &&
      (members.length === 1 || members.length <= smallShare * totals.get(label!)!)
    );
  };
  const ordered = inOrder(units, seed);
  const large = ordered.filter(unit => !isSmall(unit));
  large.sort((a, b) => b.members.length - a.members.length);
  for (const unit of large) give(unit, neediest(unit, room, goals));
  for (const label of totals.keys()) shareOut(room, label);
  const small = ordered.filter(isSmall);
  const groups = small.filter(({ members }) => members.length > 1);
  const alone = small.filter(({ members }) => members.length === 1);
  for (const unit of [...groups, ...alone]) {
    const [[label, count]] = [...unit.counts] as [[number, number]];
    const fits = (part: number) => (room[part]!.get(label) ?? 0) >= count;
    const own = unit.members.length > 1 ? partAt(placeOf(unit, seed)) : 0;
    const part = [own, ...room.keys()].find(fits);
    give(unit, part ?? neediest(unit, room, goals));
  }
  for (const part of parts) part.sort((a, b) => a - b);
  return parts;
}

/** The part of 65/20/15 in which a place in the order lies. */
const partAt = (place: number) => (place < 0.65 ? 0 : place < 0.85 ? 1 : 2);

/** Where large groups took more of a class than a part should have, the other parts share what is left in proportion. */
function shareOut(room: Room, label: number): void {
  const wanted = room.map(labels => Math.max(labels.get(label) ?? 0, 0));
  const left = room.reduce((sum, labels) => sum + (labels.get(label) ?? 0), 0);
  const total = wanted.reduce((sum, count) => sum + count, 0);
  if (total <= left) return;
  let before = 0;
  let given = 0;
  for (const [part, count] of wanted.entries()) {
    before += count;
    const until = Math.round((left * before) / total);
    room[part]!.set(label, until - given);
    given = until;
  }
}
