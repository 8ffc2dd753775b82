/** A unit of samples that stay together. */
export interface Unit {
  /** The text that decides the unit's place in the order. */
  readonly key: string;
  /** Indices into the samples. */
  readonly members: number[];
  /** Number of members of each class. */
  readonly counts: Map<number, number>;
  /** Whether its samples may have several classes. */
  readonly isMultiLabel: boolean;
}

/** For each part, the number of samples of each class that it should still get. */
export type Room = readonly Map<number, number>[];

/**
 * Iterative stratification for samples with several classes. The class that has the fewest unassigned samples comes first.
 * Each of its samples goes to the part that needs the class most; for a tie, to the part that needs most samples. Units of
 * several samples are assigned before, largest first, each to the part that lacks its classes most. Samples without any class
 * come last, each to the part that needs most samples.
 *
 * @param units Units in the order in which they are assigned.
 * @param room Number of samples of each class that each part should get.
 * @returns Indices of the members of each part, ascending.
 * @see Sechidis, Tsoumakas & Vlahavas 2011, algorithm 1. https://doi.org/10.1007/978-3-642-23808-6_10
 */
export function stratify(units: readonly Unit[], room: Room): number[][] {
  const wanted = room.map(labels => new Map(labels));
  const sizes = sizesOf(units, room);
  const parts = room.map((): number[] => []);
  const give = ({ members, counts }: Unit, part: number) => {
    for (const member of members) parts[part]!.push(member);
    sizes[part]! -= members.length;
    const labels = wanted[part]!;
    for (const [label, count] of counts) labels.set(label, (labels.get(label) ?? 0) - count);
  };
  const groups = units.filter(({ members }) => members.length > 1);
  groups.sort((a, b) => b.members.length - a.members.length);
  for (const group of groups) give(group, neediest(group, wanted, room));
  let left = units.filter(({ members }) => members.length === 1);
  for (let rarest = rarestOf(left); rarest !== undefined; rarest = rarestOf(left)) {
    const label = rarest;
    for (const unit of left.filter(({ counts }) => counts.has(label)))
      give(unit, wantsMost(label, wanted, sizes));
    left = left.filter(({ counts }) => !counts.has(label));
  }
  // Without any class only the number of samples counts.
  for (const unit of left) give(unit, sizes.indexOf(Math.max(...sizes)));
  for (const part of parts) part.sort((a, b) => a - b);
  return parts;
}

/** The number of samples that each part should get, in proportion to its room for all classes. */
function sizesOf(units: readonly Unit[], room: Room): number[] {
  const samples = units.reduce((sum, { members }) => sum + members.length, 0);
  const places = room.map(labels =>
    [...labels.values()].reduce((sum, count) => sum + Math.max(0, count), 0),
  );
  const all = places.reduce((sum, count) => sum + count, 0);
  return places.map(count => (all === 0 ? 0 : (samples * count) / all));
}

/** The class that fewest of the samples have; none where they have no classes. */
function rarestOf(units: readonly Unit[]): number | undefined {
  const totals = new Map<number, number>();
  for (const { counts } of units)
    for (const [label, count] of counts) totals.set(label, (totals.get(label) ?? 0) + count);
  let rarest: [label: number, count: number] | undefined;
  for (const [label, count] of [...totals].sort(([a], [b]) => a - b))
    if (!rarest || count < rarest[1]) rarest = [label, count];
  return rarest?.[0];
}

function wantsMost(label: number, wanted: Room, sizes: readonly number[]): number {
  const want = (part: number) => wanted[part]!.get(label) ?? 0;
  let best = 0;
  for (let part = 1; part < sizes.length; part++) {
    const more = want(part) - want(best) || sizes[part]! - sizes[best]!;
    if (more > 0) best = part;
  }
  return best;
}

/**
 * The part that lacks a unit's classes most, relative to the number that it should have; rare classes count as much as
 * others.
 */
export function neediest({ counts }: Unit, room: Room, goals: Room): number {
  const need = room.map((labels, part) => {
    let lack = 0;
    for (const [label, count] of counts) {
      const goal = goals[part]!.get(label) ?? 0;
      // If a part should have no samples of the class, every sample there is one too many.
      lack +=
        goal > 0 ? (count * labels.get(label)!) / goal : -count * (1 - (labels.get(label) ?? 0));
    }
    return lack;
  });
  return need.indexOf(Math.max(...need));
}
