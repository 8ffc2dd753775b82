/** Two hashes that are near each other. */
export interface Neighbours {
  /** Indices into the hashes, `a < b`. */
  readonly a: number;
  readonly b: number;
  /** Bits that differ. */
  readonly distance: number;
}

/**
 * All pairs of 64-bit hashes of which at most `radius` bits differ.
 *
 * The bits are cut into `radius + 1` bands. Of a pair within the radius at least one band is the same, so that only
 * hashes which share a band are compared: multi-index hashing. Among equal hashes only neighbours in the list are
 * paired, and only the first of them with others: the groups that pairs make are the same, and a thousand blank
 * pictures do not make half a million pairs.
 *
 * @param hashes 16 hexadecimal digits each.
 * @param radius 0 to 15. Default 6, at which unrelated photos hardly ever meet.
 * @see Norouzi et al. 2012, Fast Search in Hamming Space with Multi-Index Hashing. https://arxiv.org/abs/1307.2982
 */
export function findNeighbours(hashes: readonly string[], radius = 6): Neighbours[] {
  if (!Number.isInteger(radius) || radius < 0 || radius > 15) {
    throw new RangeError(`The radius should be a whole number of 0 to 15, not ${radius}.`);
  }
  const pairs: Neighbours[] = [];
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

  const bands = bandsOf(radius + 1);
  for (const [number, band] of bands.entries()) {
    for (const bucket of bucketsOf(band, high, low)) {
      for (let i = 1; i < bucket.length; i++) {
        const one = bucket[i]!;
        for (let j = 0; j < i; j++) {
          const other = bucket[j]!;
          const differHigh = high[one]! ^ high[other]!;
          const differLow = low[one]! ^ low[other]!;
          const distance = countBits(differHigh) + countBits(differLow);
          if (distance > radius) continue;
          // A pair that shares an earlier band was found there.
          const earlier = bands.slice(0, number);
          if (earlier.some(each => (differHigh & each.high) === 0 && (differLow & each.low) === 0))
            continue;
          pairs.push({ a: unique[other]!, b: unique[one]!, distance });
        }
      }
    }
  }
  return pairs.sort((x, y) => x.a - y.a || x.b - y.b);
}

/** A band, as masks of the upper and the lower 32 bits. */
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

/** Places of hashes whose band is the same, ascending; of one or more. */
function bucketsOf(band: Band, high: Int32Array, low: Int32Array): Iterable<readonly number[]> {
  const buckets = new Map<number, number[]>();
  for (let place = 0; place < high.length; place++) {
    // A band of more than 32 bits (radius 0) may put strangers together; they are told apart when they are compared.
    const key = (high[place]! & band.high) ^ Math.imul(low[place]! & band.low, 0x9e3779b1);
    const bucket = buckets.get(key);
    if (bucket) bucket.push(place);
    else buckets.set(key, [place]);
  }
  return buckets.values();
}

/** @see Hacker's Delight, 5-1 */
function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Items that are connected, directly or through others; each group ascending, of two or more, the first item first. */
export function groupsOf(count: number, pairs: Iterable<Pick<Neighbours, 'a' | 'b'>>): number[][] {
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
