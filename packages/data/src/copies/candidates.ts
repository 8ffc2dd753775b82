import { frequencyCount, spectra, turns, windowCount } from './spectrum';

/** A photo that may be a copy of another photo, or of a part of it. */
export interface Candidate {
  readonly part: number;
  /** How the whole has to be turned to match the part in the part's canonical orientation. */
  readonly turn: number;
  /** Cosine similarity of their lowest frequencies, at the best window. */
  readonly likeness: number;
}

/** The frequencies 0 and 1 define the canonical orientation. The hash uses the frequencies after them. */
const first = 2;
const mostBits = frequencyCount - first;
/** An orientation is also tried if the frequencies that define it are at most this far from defining another one. */
const doubt = 0.12;
/** Candidates have at least this cosine similarity. */
const leastLikeness = 0.93;

/**
 * An index of photos by hash, in which possible copies of a photo are found by the hashes of its windows in all
 * orientations.
 *
 * A hash has one bit for the sign of each of the lowest frequencies. Mirroring and turning only change the signs and the
 * order of frequencies. So each photo is hashed in one canonical orientation: the first two frequencies are positive, and
 * the horizontal one is larger. If that is uncertain, the other orientations are looked up too. Bits of frequencies near
 * zero are looked up with both values.
 *
 * @see Lv et al. 2007, Multi-Probe LSH. https://dl.acm.org/doi/10.5555/1325851.1325958
 */
export class CandidateIndex {
  readonly #spectra: Float32Array;
  readonly #turns: Uint8Array;
  readonly #bits: number;
  readonly #probes: number;
  /** Photos sorted by hash; below it, the index at which each hash begins. */
  readonly #photos: Uint32Array;
  readonly #begins: Uint32Array;
  readonly #best: Float32Array;
  readonly #bestTurn: Uint8Array;

  /** @param grays Gray values of each photo, `[64, 64]`. */
  constructor(grays: readonly Uint8Array[]) {
    const count = grays.length;
    this.#bits = Math.max(10, Math.min(mostBits, 22, Math.ceil(Math.log2(count + 1)) + 3));
    this.#probes = this.#bits <= 14 ? 3 : this.#bits <= 18 ? 4 : 5;
    this.#spectra = new Float32Array(count * frequencyCount);
    this.#turns = new Uint8Array(count);
    this.#best = new Float32Array(count);
    this.#bestTurn = new Uint8Array(count);
    const hashes = new Uint32Array(count);
    this.#begins = new Uint32Array(2 ** this.#bits + 1);
    grays.forEach((gray, index) => {
      const spectrum = spectra(gray, 1);
      const turn = turns.findIndex((_, turn) => isUpright(spectrum, 0, turn, 0));
      this.#turns[index] = Math.max(0, turn);
      const upright = this.#spectra.subarray(index * frequencyCount, (index + 1) * frequencyCount);
      turnInto(upright, spectrum, 0, this.#turns[index]!);
      hashes[index] = this.#hash(upright);
      this.#begins[hashes[index]! + 1]!++;
    });
    for (let hash = 1; hash < this.#begins.length; hash++)
      this.#begins[hash]! += this.#begins[hash - 1]!;
    const next = this.#begins.slice();
    this.#photos = new Uint32Array(count);
    hashes.forEach((hash, index) => {
      this.#photos[next[hash]!++] = index;
    });
  }

  /** The orientation in which a photo is hashed. */
  turnOf(photo: number): number {
    return this.#turns[photo]!;
  }

  /** Photos that may be copies of this photo or of a window of it, most likely first. @param gray `[64, 64]`. */
  like(gray: Uint8Array): Candidate[] {
    const windows = spectra(gray);
    const seen = new Float32Array(frequencyCount);
    const found: number[] = [];
    for (let window = 0; window < windowCount; window++) {
      const offset = window * frequencyCount;
      for (let turn = 0; turn < 8; turn++) {
        if (!isUpright(windows, offset, turn, doubt)) continue;
        turnInto(seen, windows, offset, turn);
        this.#lookUp(seen, turn, found);
      }
    }
    const candidates = found.map(part => ({
      part,
      turn: this.#bestTurn[part]!,
      likeness: this.#best[part]!,
    }));
    for (const part of found) this.#best[part] = 0;
    return candidates.sort((a, b) => b.likeness - a.likeness || a.part - b.part);
  }

  #hash(spectrum: Float32Array): number {
    let hash = 0;
    for (let bit = 0; bit < this.#bits; bit++) if (spectrum[first + bit]! > 0) hash |= 1 << bit;
    return hash;
  }

  #lookUp(seen: Float32Array, turn: number, found: number[]): void {
    const hash = this.#hash(seen);
    const doubtful = this.#doubtful(seen);
    for (let choice = 0; choice < 1 << this.#probes; choice++) {
      let probe = hash;
      for (let bit = 0; bit < this.#probes; bit++) if (choice & (1 << bit)) probe ^= doubtful[bit]!;
      const end = this.#begins[probe + 1]!;
      for (let place = this.#begins[probe]!; place < end; place++) {
        const photo = this.#photos[place]!;
        const offset = photo * frequencyCount;
        let likeness = 0;
        for (let index = 0; index < frequencyCount; index++)
          likeness += seen[index]! * this.#spectra[offset + index]!;
        if (likeness < leastLikeness || likeness <= this.#best[photo]!) continue;
        if (this.#best[photo] === 0) found.push(photo);
        this.#best[photo] = likeness;
        this.#bestTurn[photo] = turn;
      }
    }
  }

  /** Masks of the bits whose frequencies are closest to zero. */
  #doubtful(seen: Float32Array): number[] {
    const masks: number[] = [];
    let above = -1;
    for (let probe = 0; probe < this.#probes; probe++) {
      let [nearest, least] = [0, Number.POSITIVE_INFINITY];
      for (let bit = 0; bit < this.#bits; bit++) {
        const size = Math.abs(seen[first + bit]!);
        if (size > above && size < least) [nearest, least] = [bit, size];
      }
      masks.push(1 << nearest);
      above = least;
    }
    return masks;
  }
}

/** Whether a turned window is in its canonical orientation, or almost. */
function isUpright(spectra: Float32Array, offset: number, turn: number, doubt: number): boolean {
  const { from, sign } = turns[turn]!;
  const across = sign[0]! * spectra[offset + from[0]!]!;
  const down = sign[1]! * spectra[offset + from[1]!]!;
  return across >= -doubt && down >= -doubt && Math.abs(across) - Math.abs(down) >= -doubt;
}

function turnInto(target: Float32Array, spectra: Float32Array, offset: number, turn: number): void {
  const { from, sign } = turns[turn]!;
  for (let index = 0; index < frequencyCount; index++)
    target[index] = sign[index]! * spectra[offset + from[index]!]!;
}
