/** Random choices from a seed: mulberry32. */
export class Random {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  /** A random number, at least 0 and below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A random integer from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  /** A random subset of the axes of a tensor, with at least one axis. */
  axes(rank: number): number[] {
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const chosen = axes.filter(() => this.chance(0.5));
    return chosen.length > 0 ? chosen : [this.of(axes)];
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.whole(0, rest.length - 1), 1)[0]!);
  }
}
