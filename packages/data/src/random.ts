import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers that is the same on every platform. */
export interface RandomStream {
  /** A random integer from 0 to `bound - 1`. */
  below(bound: number): number;
  /** A random number from `low` (inclusive) to `high` (exclusive). */
  between(low: number, high: number): number;
  /** True with the probability `p`. */
  chance(p: number): boolean;
}

/**
 * Random numbers that depend only on the given names. So the numbers for a photo are independent of the order in which
 * photos are read.
 *
 * @example
 * ```ts
 * const random = randomStream('dice', 1);
 * 1 + random.below(6); // 4, on every machine
 * ```
 */
export function randomStream(...names: readonly (string | number)[]): RandomStream {
  const generator = xoroshiro128plus(hash32(names.join('\u0000')));
  const between = (low: number, high: number) => low + (high - low) * uniformFloat32(generator);
  return {
    below: bound => uniformInt(generator, 0, bound - 1),
    between,
    chance: p => between(0, 1) < p,
  };
}

/**
 * A copy of the items in random order (Fisher-Yates shuffle).
 *
 * @example
 * ```ts
 * shuffled(['a', 'b', 'c', 'd'], randomStream('order', 0)); // ['c', 'b', 'd', 'a']
 * ```
 */
export function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/**
 * A 32-bit hash: FNV-1a over UTF-16 units, followed by the finalizer of MurmurHash3, so that similar names get very
 * different hashes.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
