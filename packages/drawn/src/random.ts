/** A seeded stream of random numbers. It uses only integer arithmetic, so it is the same on every platform. */
export interface Random {
  /** A uniform random number in [low, high), by default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** A random integer from low to high, both included. */
  integer(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Scrambles 32 bits (finalizer of MurmurHash3); neighboring inputs give unrelated outputs. */
function scramble(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Makes a stream of random numbers from a seed and a name. Streams with different names are unrelated even with the same seed, so that
 * drawing one more number for the stem does not move any leaf.
 *
 * @see Tommy Ettinger's mulberry32, a 32-bit counter with a scrambler.
 */
export function random(seed: number, name: string): Random {
  let state = scramble(seed | 0);
  for (let i = 0; i < name.length; i++)
    state = scramble(state ^ Math.imul(name.charCodeAt(i) + i, 0x9e3779b1));

  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const uniform = (low = 0, high = 1) => low + (high - low) * next();
  const integer = (low: number, high: number) => low + Math.floor((high - low + 1) * next());
  return {
    uniform,
    integer,
    chance: probability => next() < probability,
    pick: choices => choices[integer(0, choices.length - 1)]!,
  };
}
