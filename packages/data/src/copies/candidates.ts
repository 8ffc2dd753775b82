import { frequencyCount, spectra, turns, windowCount } from './spectrum';

/** A photo that may be a copy of another, or of a part of it. */
export interface Candidate {
  readonly part: number;
  /** How the whole must be turned to lie as the part does in its own upright position. */
  readonly turn: number;
  /** Cosine of the angle between their lowest frequencies, at the window that fits best. */
  readonly likeness: number;
}

/** Frequencies 0 and 1 decide the position; the hash is of those after them. */
const first = 2;
const mostBits = frequencyCount - first;
/** A position counts as likely when the frequencies that decide it are this near to deciding otherwise. */
const doubt = 0.12;
/** Candidates are at least so like. */
const leastLikeness = 0.93;

/**
 * Hashes of photos in which others are looked up by hashes of their windows in all positions.
 *
 * A hash has a bit for the sign of each of the lowest frequencies. Mirroring and turning only changes signs and the order, so
 * that each photo is hashed in the one position where its first two frequencies are positive and the one across is larger; where
 * that is doubtful, the other positions are looked up too. Bits of frequencies near zero are looked up both ways.
 *
 * @see Lv et al. 2007, Multi-Probe LSH. https://dl.acm.org/doi/10.5555/1325851.1325958
 */
export class CandidateIndex {
  readonly #spectra: Float32Array;
  readonly #turns: Uint8Array;
  readonly #bits: number;
  readonly #probes: number;
  /** Photos in the order of their hashes, and where each hash begins. */
  readonly #photos: Uint32Array;
  readonly #begins: Uint32Array;
  readonly #best: Float32Array;
  readonly #bestTurn: Uint8Array;

  /** @param grays `[64, 64]` each. */
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

  /** The position in which a photo is hashed. */
  turnOf(photo: number): number {
    return this.#turns[photo]!;
  }

  /** Photos that may be copies of this one or of a window of it, the likeliest first. @param gray `[64, 64]`. */
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

  /** Masks of the bits whose frequencies are nearest to zero. */
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

/** Whether a window is upright once it is turned, or nearly so. */
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
