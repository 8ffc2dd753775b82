/** Samples that stay together. */
export interface Unit {
  /** What its place in the order follows from. */
  readonly key: string;
  /** Indices into the samples. */
  readonly members: number[];
  /** How many members of each class. */
  readonly counts: Map<number, number>;
  /** Whether its samples may have several classes. */
  readonly isMultiLabel: boolean;
}

/** What each part still takes of each class. */
export type Room = readonly Map<number, number>[];

/**
 * Iterative stratification, for samples with several classes: the class that fewest of the samples left have comes first, and each of its
 * samples goes to the part that wants the class most; of equal ones to the part that wants most samples. Samples that stay together go
 * before, the largest groups first, each to the part that lacks its classes most.
 *
 * @param units In the order in which they are given away.
 * @param room What each part takes of each class.
 * @returns Members for each part, ascending.
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
  while (left.length > 0) {
    const rarest = rarestOf(left);
    for (const unit of left.filter(({ counts }) => counts.has(rarest)))
      give(unit, wantsMost(rarest, wanted, sizes));
    left = left.filter(({ counts }) => !counts.has(rarest));
  }
  for (const part of parts) part.sort((a, b) => a - b);
  return parts;
}

/** How many samples each part wants, as its share of the room for all classes. */
function sizesOf(units: readonly Unit[], room: Room): number[] {
  const samples = units.reduce((sum, { members }) => sum + members.length, 0);
  const places = room.map(labels =>
    [...labels.values()].reduce((sum, count) => sum + Math.max(0, count), 0),
  );
  const all = places.reduce((sum, count) => sum + count, 0);
  return places.map(count => (all === 0 ? 0 : (samples * count) / all));
}

function rarestOf(units: readonly Unit[]): number {
  const totals = new Map<number, number>();
  for (const { counts } of units)
    for (const [label, count] of counts) totals.set(label, (totals.get(label) ?? 0) + count);
  let rarest: [label: number, count: number] | undefined;
  for (const [label, count] of [...totals].sort(([a], [b]) => a - b))
    if (!rarest || count < rarest[1]) rarest = [label, count];
  return rarest![0];
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

/** What a part lacks of a unit's classes, as a share of what it should have; rare classes count as much as others. */
export function neediest({ counts }: Unit, room: Room, goals: Room): number {
  const need = room.map((labels, part) => {
    let lack = 0;
    for (const [label, count] of counts) {
      const goal = goals[part]!.get(label) ?? 0;
      // Where nothing is wanted, whatever is there is too much.
      lack +=
        goal > 0 ? (count * labels.get(label)!) / goal : -count * (1 - (labels.get(label) ?? 0));
    }
    return lack;
  });
  return need.indexOf(Math.max(...need));
}
