import { align, type Fit, type Prepared, prepare, turnedAll } from './alignment';
import { CandidateIndex } from './candidates';
import { Families } from './families';
import type { Sketch } from './sketch';

/** Two photos of which one is nearly the other, or a crop of it. */
export interface CopyPair {
  /** Indices into the sketches, `a < b`. */
  readonly a: number;
  readonly b: number;
  /** How much of the detail agrees where both lie on each other best, 0 to 1; 1 for the same pixels. */
  readonly likeness: number;
}

export interface CopyOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** Of photographs that were compressed again at quality 30, scaled to a quarter or cropped to 80 % the worst figures were 0.90, 0.98, 0.72, 4.4 and 1.12; of different ones that came nearest 0.66, 0.94, 0.44, 7.4 and 1.4. */
const isCopy = ({ detail, shape, everywhere, color, gain }: Fit) =>
  detail >= 0.82 && shape >= 0.93 && everywhere >= 0.6 && color <= 8 && gain > 0.6 && gain < 1.67;

/** Sketches with less detail, in gray levels, are too plain to tell what is a copy. Of a thousand photographs the least was 6.8. */
const leastContrast = 2;
/**
 * A photo is laid in vain over so many others at most, the likeliest first, and over fewer once that were more than four a photo: in
 * a set of look-alikes everything may be a candidate. Of photographs it is one in three photos that has a candidate.
 */
const mostMissed = 24;
const meanMissed = 4;
const missedAnyhow = 2000;
/** Once a photo is paired with so many, no more are looked at that are connected with it already. */
const mostFound = 16;
const mostPrepared = 512;
/** Photos between two looks at the signal. */
const stride = 32;

/**
 * Pairs of photos of which one is nearly the other: compressed again, scaled, mirrored, turned by quarters, cropped to at least
 * four fifths of the area, or several of these. Candidates are found by hashes of windows, in time that hardly grows faster than
 * their number, and are confirmed where their pixels are laid over each other. Pictures without detail, such as blank ones, are
 * never paired.
 *
 * @returns Pairs in the order of `a`, then `b`. Of many copies of one photo not every two are paired, but each with some.
 * @throws The signal's reason when it aborts.
 * @example
 * ```ts
 * const small = resize(pixels, [150, 200]);
 * const sketches = [pixels, small].map(picture => sketch(picture));
 * const pairs = await findCopies(sketches); // [{ a: 0, b: 1, likeness: 0.99... }]
 * ```
 */
export async function findCopies(
  sketches: readonly Sketch[],
  options: CopyOptions = {},
): Promise<CopyPair[]> {
  const { onProgress, signal } = options;
  const index = new CandidateIndex(sketches.map(({ gray }) => gray));
  const pairs = new Map<string, CopyPair>();
  const keyOf = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`;
  const prepared = new Map<number, Prepared>();
  /** In the position in which it is hashed. */
  const upright = (photo: number): Prepared => {
    const known = prepared.get(photo);
    if (known) return known;
    if (prepared.size >= mostPrepared) prepared.delete(prepared.keys().next().value!);
    const made = turnedAll(prepare(sketches[photo]!), index.turnOf(photo));
    prepared.set(photo, made);
    return made;
  };
  let missed = 0;
  const families = new Families(sketches.length);
  for (let whole = 0; whole < sketches.length; whole++) {
    if (whole % stride === 0) {
      // Others get their turn: a signal, progress, a page.
      await new Promise(resolve => setTimeout(resolve));
      signal?.throwIfAborted();
      onProgress?.({ done: whole, total: sketches.length });
    }
    const candidates = index.like(sketches[whole]!.gray).filter(({ part }) => part !== whole);
    if (candidates.length === 0) continue;
    const plain = prepare(sketches[whole]!);
    if (plain.contrast < leastContrast) continue;
    const turns = new Map<number, Prepared>();
    let found = 0;
    const allowed = Math.min(mostMissed, missedAnyhow + meanMissed * whole - missed);
    let left = Math.max(meanMissed, allowed);
    for (const { part, turn } of candidates) {
      if (left === 0) break;
      const isKnown = pairs.has(keyOf(whole, part));
      if (isKnown) found++;
      if (isKnown || (found >= mostFound && families.of(whole) === families.of(part))) continue;
      const other = upright(part);
      if (other.contrast < leastContrast) continue;
      const seen = turns.get(turn) ?? turnedAll(plain, turn);
      turns.set(turn, seen);
      const fit = align(seen, other);
      if (!fit || !isCopy(fit)) {
        left--;
        missed++;
        continue;
      }
      found++;
      families.join(whole, part);
      const [a, b] = [Math.min(whole, part), Math.max(whole, part)];
      pairs.set(keyOf(a, b), { a, b, likeness: Math.min(1, fit.detail) });
    }
  }
  onProgress?.({ done: sketches.length, total: sketches.length });
  return [...pairs.values()].sort((x, y) => x.a - y.a || x.b - y.b);
}
