import { type Labeled, labelsOf } from './labels';
import { hash32 } from './random';
import { neediest, type Room, stratify, type Unit } from './stratification';
import { compareText } from './text-order';

/** The facts about a sample that decide its part of a split. */
export interface Allocable extends Labeled {
  /** Unique name of the sample. */
  readonly id: string;
  /**
   * Hash of the bytes, if known. It decides the sample's place in the order, and samples with equal hashes stay together.
   * Default: the id.
   */
  readonly sha256?: string;
  /** Samples with the same group stay together. A sample without a group is a unit by itself. */
  readonly group?: string;
  /** Samples with the same value are near copies, and stay together. */
  readonly sameAs?: string;
}

/** A unit is small if it has one class and holds at most this share of the samples of the class. */
const smallShare = 0.1;

/** Joins samples of the same group, samples with the same bytes, and near copies into units. */
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
    // Prefixes keep a sample without a group apart from a group that has the sample's name.
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
  // Sums over classes have rounding errors, so the classes are always added in the same order, whatever the order of the
  // samples.
  const sorted = (counts: Unit['counts']) => new Map([...counts].sort(([a], [b]) => a - b));
  return Array.from(units.values(), ({ members, counts }) => ({
    members,
    isMultiLabel,
    counts: sorted(counts),
    key: keyOf(samples, { members }),
  }));
}

/**
 * The name of the unit's group, or the smallest hash of its members. The key usually stays the same when the unit grows.
 */
function keyOf(samples: readonly Allocable[], { members }: Pick<Unit, 'members'>): string {
  let least: string | undefined;
  for (const member of members) {
    const { group, sha256, id } = samples[member]!;
    const key = group === undefined ? (sha256 ?? id) : `group ${group}`;
    if (least === undefined || compareText(key, least) < 0) least = key;
  }
  return least!;
}

/** A number between 0 and 1 for a unit, which depends only on the unit's key and the seed. */
const placeOf = ({ key }: Unit, seed: string | number): number =>
  (hash32(`${seed}\u0000${key}`) >>> 0) / 2 ** 32;

/** Sorts units by their numbers. Adding a unit does not change the numbers of the others. */
export function inOrder(units: readonly Unit[], seed: string | number): Unit[] {
  return units
    .map(unit => ({ unit, place: placeOf(unit, seed) }))
    .sort((a, b) => a.place - b.place || compareText(a.unit.key, b.unit.key))
    .map(({ unit }) => unit);
}

/**
 * The number of samples in each part for a class of `count` samples: `ceil(0.65 n)` for training, `floor(0.2 n)` for
 * validation, the rest for the test.
 */
export function exactShares(count: number): [number, number, number] {
  // Integer arithmetic, because the floating-point product 0.65 * n may be rounded up by one too many.
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

/** The number of samples of each class that each part should get, by `exactShares`. */
export function roomFor(counts: ReadonlyMap<number, number>): Room {
  const room = [0, 1, 2].map(() => new Map<number, number>());
  for (const [label, count] of counts)
    for (const [part, share] of exactShares(count).entries()) room[part]!.set(label, share);
  return room;
}

/**
 * Assigns whole units to parts.
 *
 * Large units, and units with several classes, are assigned first: each goes to the part that lacks its classes most. If a
 * part then has more samples of a class than it should, the other parts share the rest of the class in proportion. Next
 * come small groups. Each goes to the part in which its place in the order lies, as long as that part has room; so adding a
 * photo elsewhere moves none of them. Single samples come last, in order, each into the first part with room. If samples
 * may have several classes, iterative stratification is used instead.
 *
 * @param room Number of samples of each class that each part should still get. Assigned samples are subtracted.
 * @param totals Number of samples of each class.
 * @returns Indices of the members of each part, ascending.
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

/** The part in which a place in the order (0 to 1) lies, for shares of 65/20/15. */
const partAt = (place: number) => (place < 0.65 ? 0 : place < 0.85 ? 1 : 2);

/**
 * If large groups gave a part more samples of a class than it should have, the other parts share the rest in proportion.
 */
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
