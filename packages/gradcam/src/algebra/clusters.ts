import { generator } from './generator';

export interface Clusters {
  /** Index of each vector's group. */
  readonly of: Uint32Array;
  /** Number of vectors in each group. */
  readonly sizes: readonly number[];
  /** Mean of each group's vectors. */
  readonly centers: readonly Float32Array[];
}

const rounds = 20;

/**
 * Groups similar vectors by k-means with spread-out starts. Lloyd 1982; Arthur & Vassilvitskii 2007 (k-means++).
 *
 * @param count Number of groups, at most the number of vectors. No group is empty, unless some vectors are equal.
 */
export function clustersOf(
  vectors: readonly Float32Array[],
  count: number,
  seed: number,
): Clusters {
  let centers = spreadOut(vectors, count, generator(seed));
  let of = nearest(vectors, centers);
  for (let round = 0; round < rounds; round++) {
    centers = centers.map(
      (center, group) => mean(vectors.filter((_, i) => of[i] === group)) ?? center,
    );
    const next = nearest(vectors, centers);
    const settled = next.every((group, i) => group === of[i]);
    of = next;
    if (settled) break;
  }
  const sizes = centers.map((_, group) => of.reduce((n, own) => n + Number(own === group), 0));
  return { of, sizes, centers };
}

/** Chooses start vectors far from each other: the farther a vector is from those chosen before, the more likely it is chosen next. */
function spreadOut(
  vectors: readonly Float32Array[],
  count: number,
  random: () => number,
): Float32Array[] {
  const chosen = [vectors[Math.floor(random() * vectors.length)]!];
  const distances = vectors.map(vector => distance(vector, chosen[0]!));
  while (chosen.length < count) {
    const total = distances.reduce((sum, value) => sum + value, 0);
    const wanted = random() * total;
    let passed = 0;
    let next = distances.findIndex(value => {
      passed += value;
      return passed > wanted;
    });
    // No vector was drawn, because all equal a chosen one or because of rounding: take the farthest vector.
    if (next < 0) next = distances.indexOf(Math.max(...distances));
    chosen.push(vectors[next]!);
    vectors.forEach((vector, i) => {
      distances[i] = Math.min(distances[i]!, distance(vector, vectors[next]!));
    });
  }
  return chosen;
}

function nearest(vectors: readonly Float32Array[], centers: readonly Float32Array[]): Uint32Array {
  return Uint32Array.from(vectors, vector => {
    let best = 0;
    let least = Infinity;
    centers.forEach((center, group) => {
      const away = distance(vector, center);
      if (away < least) [best, least] = [group, away];
    });
    return best;
  });
}

function mean(vectors: readonly Float32Array[]): Float32Array | undefined {
  if (vectors.length === 0) return undefined;
  return vectors[0]!.map((_, i) => vectors.reduce((sum, own) => sum + own[i]!, 0) / vectors.length);
}

function distance(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i]! - b[i]!) ** 2;
  return total;
}
