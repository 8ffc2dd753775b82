import { type Code, type Local, vector } from './assembler';
import { lanesOf } from './lanes';

const { shuffle } = vector;

/** Transposes four rows of pairs, so that each result vector holds one column of pairs. */
export function transposePairs(
  from: readonly Local[],
  to: readonly Local[],
  some: (count: number) => Local[],
): Code[] {
  const mixed = some(4);
  const mix = (a: Local, b: Local, first: 0 | 2) =>
    shuffle(a.get, b.get, lanesOf(4, [first, 4 + first, first + 1, 5 + first]));
  const [a, b, c, d] = from as Four;
  const [p, q, r, s] = mixed as Four;
  return [
    p.set(mix(a, c, 0)),
    q.set(mix(a, c, 2)),
    r.set(mix(b, d, 0)),
    s.set(mix(b, d, 2)),
    to[0]!.set(mix(p, r, 0)),
    to[1]!.set(mix(p, r, 2)),
    to[2]!.set(mix(q, s, 0)),
    to[3]!.set(mix(q, s, 2)),
  ];
}

/** Transposes two vectors, each with two rows of two pairs, so that each result vector holds one column of pairs. */
export const transposeFew = ([a, b]: readonly Local[], to: readonly Local[]): Code[] =>
  to.map((each, pair) =>
    each.set(shuffle(a!.get, b!.get, lanesOf(4, [pair, 2 + pair, 4 + pair, 6 + pair]))),
  );

type Four = [Local, Local, Local, Local];
