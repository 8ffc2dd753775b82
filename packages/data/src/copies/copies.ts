import { align, type Fit, type Prepared, prepare, turnedAll } from './alignment';
import { CandidateIndex } from './candidates';
import { Families } from './families';
import type { Sketch } from './sketch';

/** Two photos, one of which is nearly the same as the other or a crop of it. */
export interface CopyPair {
  /** Indices into the sketches, `a < b`. */
  readonly a: number;
  readonly b: number;
  /** How well the details agree at the best alignment, 0 to 1. 1 for identical pixels. */
  readonly likeness: number;
}

export interface CopyOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Thresholds. For photographs compressed again at quality 30, scaled to a quarter or cropped to 80 %, the worst figures
 * were 0.90, 0.98, 0.72, 4.4 and 1.12; for the most similar pairs of different photographs 0.66, 0.94, 0.44, 7.4 and 1.4.
 */
const isCopy = ({ detail, shape, everywhere, color, gain }: Fit) =>
  detail >= 0.82 && shape >= 0.93 && everywhere >= 0.6 && color <= 8 && gain > 0.6 && gain < 1.67;

/**
 * Sketches with a lower contrast, in gray levels, are too plain to recognize copies. The lowest contrast in a thousand
 * photographs was 6.8.
 */
const leastContrast = 2;
/**
 * Maximum number of failed alignments for a photo, most likely candidates first. It is lower once there were more than four
 * failed alignments per photo, because in a set of look-alikes every pair may be a candidate. Of ordinary photographs, one
 * in three has a candidate.
 */
const mostMissed = 24;
const meanMissed = 4;
const missedAnyhow = 2000;
/** After this number of pairs for a photo, candidates that are already connected with it are skipped. */
const mostFound = 16;
const mostPrepared = 512;
/** The signal is checked after this number of photos. */
const stride = 32;

/**
 * Finds pairs of photos that are nearly the same: compressed again, scaled, mirrored, turned by quarters, cropped to at
 * least four fifths of the area, or several of these. Candidates are found by hashes of windows, in time that grows little
 * faster than the number of photos; then their pixels are aligned and compared. Pictures without detail, such as blank
 * ones, are never paired.
 *
 * @returns Pairs sorted by `a`, then `b`. Of many copies of one photo, not every two are paired, but each is paired with at
 *   least one other.
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
  /** The photo in the orientation in which it is hashed. */
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
      // Lets other tasks run: an abort signal, a progress report, or the page.
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
