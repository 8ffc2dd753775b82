/** A 32-bit hash, 0 or more, that depends only on its arguments. */
export function mixed(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part + 0x7f4a7c15), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** The integers 0 to `count - 1` in random order (Fisher-Yates shuffle). */
export function permutation(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor((mixed(seed, last) / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/**
 * A random order with as many samples as there are labels, in which all classes are equally frequent. The classes take
 * turns in random order. Within a class, no sample is repeated before all others have been drawn.
 *
 * @example
 * ```ts
 * balancedOrder([0, 0, 0, 1], 1); // [3, 1, 3, 0]: each class occurs twice
 * ```
 */
export function balancedOrder(labels: ArrayLike<number>, seed: number): Int32Array {
  const byLabel = new Map<number, number[]>();
  for (const index of permutation(labels.length, seed)) {
    const label = labels[index]!;
    const known = byLabel.get(label);
    if (known) known.push(index);
    else byLabel.set(label, [index]);
  }
  const members = [...byLabel.entries()].sort(([a], [b]) => a - b).map(([, indices]) => indices);
  const order = new Int32Array(labels.length);
  for (let place = 0; place < order.length; place += members.length) {
    const round = place / members.length;
    const turn = permutation(members.length, mixed(seed, round, 1));
    for (let i = 0; i < members.length && place + i < order.length; i++) {
      const indices = members[turn[i]!]!;
      order[place + i] = indices[round % indices.length]!;
    }
  }
  return order;
}
