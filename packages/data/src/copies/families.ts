/** Union-find: which items are connected, directly or through others. */
export class Families {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, index) => index);
  }

  /** The first of all items that are connected with this one; it represents them. */
  of(item: number): number {
    const parents = this.#parents;
    let root = item;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  }

  /** @returns The item that represents both after the join. */
  join(a: number, b: number): number {
    const [first, second] = [this.of(a), this.of(b)];
    const [root, other] = first < second ? [first, second] : [second, first];
    this.#parents[other] = root;
    return root;
  }
}
