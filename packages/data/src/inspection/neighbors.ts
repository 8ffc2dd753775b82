/** Two hashes with a small Hamming distance. */
export interface Neighbors {
  /** Indices into the hashes, `a < b`. */
  readonly a: number;
  readonly b: number;
  /** Number of different bits. */
  readonly distance: number;
}

/**
 * Finds all pairs of 64-bit hashes that differ in at most `radius` bits, by multi-index hashing.
 *
 * The bits are cut into `radius + t` bands. A pair within the radius shares at least `t` bands. So for every choice of `t`
 * bands, only hashes that are equal in these bands are compared. A million random hashes at a radius of 6 take seconds.
 * Equal hashes are paired only with their neighbor in the list, and only the first of them is paired with other hashes: the
 * resulting groups are the same, but a thousand blank pictures do not make half a million pairs.
 *
 * @param hashes Hashes of 16 hexadecimal digits each.
 * @param radius Maximum number of different bits, 0 to 15. Default 6, at which unrelated photos almost never match.
 * @see Norouzi et al. 2012, Fast Search in Hamming Space with Multi-Index Hashing. https://arxiv.org/abs/1307.2982
 * @example
 * ```ts
 * findNeighbors(['00ff00ff00ff00ff', 'a5a5a5a5a5a5a5a5', '00ff00ff00ff00fe']); // [{ a: 0, b: 2, distance: 1 }]
 * ```
 */
export function findNeighbors(hashes: readonly string[], radius = 6): Neighbors[] {
  if (!Number.isInteger(radius) || radius < 0 || radius > 15) {
    throw new RangeError(`The radius should be a whole number from 0 to 15, not ${radius}.`);
  }
  const pairs: Neighbors[] = [];
  const last = new Map<string, number>();
  const unique: number[] = [];
  hashes.forEach((hash, index) => {
    if (!/^[0-9a-f]{16}$/.test(hash)) {
      throw new TypeError(`Hash ${index} should be 16 hexadecimal digits, not '${hash}'.`);
    }
    const before = last.get(hash);
    if (before === undefined) unique.push(index);
    else pairs.push({ a: before, b: index, distance: 0 });
    last.set(hash, index);
  });
  const high = Int32Array.from(unique, index => Number.parseInt(hashes[index]!.slice(0, 8), 16));
  const low = Int32Array.from(unique, index => Number.parseInt(hashes[index]!.slice(8), 16));

  const shared = sharedBands(unique.length, radius);
  const bands = bandsOf(radius + shared);
  for (const chosen of choices(bands.length, shared)) {
    const { places, begins } = bucketsOf(
      chosen.map(band => bands[band]!),
      high,
      low,
    );
    for (let bucket = 0; bucket + 1 < begins.length; bucket++) {
      const [begin, end] = [begins[bucket]!, begins[bucket + 1]!];
      for (let i = begin + 1; i < end; i++) {
        const one = places[i]!;
        for (let j = begin; j < i; j++) {
          const other = places[j]!;
          const differHigh = high[one]! ^ high[other]!;
          const differLow = low[one]! ^ low[other]!;
          const distance = countBits(differHigh) + countBits(differLow);
          if (distance > radius) continue;
          // A pair that shares several bands is recorded only at the first of them.
          if (!sharesFirst(bands, chosen, differHigh, differLow)) continue;
          pairs.push({ a: unique[other]!, b: unique[one]!, distance });
        }
      }
    }
  }
  return pairs.sort((x, y) => x.a - y.a || x.b - y.b);
}

/** A band as masks of the upper and the lower 32 bits. */
interface Band {
  readonly high: number;
  readonly low: number;
}

function bandsOf(count: number): Band[] {
  return Array.from({ length: count }, (_, band) => {
    const begin = Math.floor((64 * band) / count);
    const end = Math.floor((64 * (band + 1)) / count);
    let high = 0;
    let low = 0;
    for (let bit = begin; bit < end; bit++) {
      if (bit < 32) high |= 1 << bit;
      else low |= 1 << (bit - 32);
    }
    return { high, low };
  });
}

/**
 * The number of shared bands with the lowest cost. More bands make smaller buckets, but there are more choices of bands.
 */
function sharedBands(count: number, radius: number): number {
  const costs = [1, 2, 3].map(shared => {
    const bits = (64 * shared) / (radius + shared);
    const sorting = 20 * count;
    return binomial(radius + shared, shared) * (sorting + count ** 2 / 2 ** (bits + 1));
  });
  return 1 + costs.indexOf(Math.min(...costs));
}

const binomial = (n: number, k: number): number => (k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k);

/** All ways to choose `count` of the bands, ascending. */
function choices(bands: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: bands - from }, (_, index) => from + index).flatMap(first =>
    choices(bands, count - 1, first + 1).map(others => [first, ...others]),
  );
}

function sharesFirst(
  bands: readonly Band[],
  chosen: readonly number[],
  differHigh: number,
  differLow: number,
): boolean {
  let found = 0;
  for (let band = 0; found < chosen.length; band++) {
    const { high, low } = bands[band]!;
    if ((differHigh & high) !== 0 || (differLow & low) !== 0) continue;
    if (chosen[found] !== band) return false;
    found++;
  }
  return true;
}

/** Indices of hashes sorted by their values in some bands, and the start of each bucket. Indices ascend within a bucket. */
function bucketsOf(chosen: readonly Band[], high: Int32Array, low: Int32Array) {
  const count = high.length;
  const bits = Math.max(1, Math.ceil(Math.log2(count + 1)));
  const mask = { high: 0, low: 0 };
  for (const band of chosen) {
    mask.high |= band.high;
    mask.low |= band.low;
  }
  // Different values may share a bucket. The comparison of the hashes separates them later.
  const keyOf = (place: number) =>
    Math.imul(
      Math.imul(high[place]! & mask.high, 0x85ebca6b) ^
        (low[place]! & mask.low) ^
        ((high[place]! & mask.high) >>> 15),
      0x9e3779b1,
    ) >>>
    (32 - bits);
  const begins = new Uint32Array(2 ** bits + 1);
  for (let place = 0; place < count; place++) begins[keyOf(place) + 1]!++;
  for (let key = 1; key < begins.length; key++) begins[key]! += begins[key - 1]!;
  const next = begins.slice();
  const places = new Uint32Array(count);
  for (let place = 0; place < count; place++) places[next[keyOf(place)]!++] = place;
  return { places, begins };
}

/** Number of bits that are 1. @see Hacker's Delight, 5-1 */
function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Groups of items that are connected, directly or through others. Each group has at least two items, ascending; groups are
 * sorted by their first item.
 *
 * @example
 * ```ts
 * groupsOf(5, [{ a: 3, b: 4 }, { a: 0, b: 3 }]); // [[0, 3, 4]]
 * ```
 */
export function groupsOf(count: number, pairs: Iterable<Pick<Neighbors, 'a' | 'b'>>): number[][] {
  const parents = Array.from({ length: count }, (_, index) => index);
  const rootOf = (item: number): number => {
    let root = item;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  for (const { a, b } of pairs) {
    const [x, y] = [rootOf(a), rootOf(b)];
    parents[Math.max(x, y)] = Math.min(x, y);
  }
  const groups = new Map<number, number[]>();
  for (let item = 0; item < count; item++) {
    const root = rootOf(item);
    const group = groups.get(root);
    if (group) group.push(item);
    else groups.set(root, [item]);
  }
  return [...groups.values()].filter(group => group.length > 1);
}
