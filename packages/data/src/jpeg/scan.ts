import type { Component } from './header';
import { extend, lookedUp } from './huffman';

/** Coded data without what keeps markers apart, and where each interval between restart markers ends. */
export interface CodedData {
  readonly view: DataView;
  /** In bits. */
  readonly ends: readonly number[];
}

/** What the last file was copied to; the next one is too. */
let clean = new Uint8Array(0);

/** A block may read so much beyond the end before that is noticed. */
const margin = 4096;

/**
 * Takes the stuffed zeros out, up to the end of the picture. The result holds until the next call.
 *
 * @returns `undefined` where another marker than those of restarts comes before the end, or none at all.
 */
export function unstuff(bytes: Uint8Array, from: number): CodedData | undefined {
  const needed = bytes.length - from + margin;
  if (clean.length < needed) clean = new Uint8Array(needed);
  const ends: number[] = [];
  let length = 0;
  for (let at = from; ; ) {
    const mark = bytes.indexOf(0xff, at);
    if (mark < 0 || mark + 1 >= bytes.length) return undefined;
    const next = bytes[mark + 1]!;
    const kept = bytes.subarray(at, next === 0 ? mark + 1 : mark);
    clean.set(kept, length);
    length += kept.length;
    at = mark + 2;
    if (next === 0) continue;
    ends.push(length * 8);
    if (next === 0xd9) {
      clean.fill(0, length, length + margin);
      return { view: new DataView(clean.buffer), ends };
    }
    if (next !== 0xd0 + ((ends.length - 1) & 7)) return undefined;
  }
}

/** Natural place of each coefficient in the order of the file; what is beyond the last goes to it. */
// biome-ignore format: a table
const zigzag = Uint8Array.from([
   0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
]);

/** Reads blocks one after the other. */
export class BlockReader {
  readonly #view: DataView;
  /** In bits. */
  position = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  /**
   * Reads a block and multiplies it by the quantisation.
   *
   * @param blocks Coefficients in natural order; those of this block are 0 before.
   * @param dc Its predecessor's, not multiplied.
   * @returns Its DC value, not multiplied; `undefined` when the data is damaged.
   */
  read(
    { quantisation, dc: differences, ac }: Component,
    blocks: Int16Array,
    offset: number,
    dc: number,
  ): number | undefined {
    const view = this.#view;
    const { short, whole, limits, offsets, symbols } = ac;
    let { position } = this;
    let bits = view.getInt32(position >>> 3) << (position & 7);
    let length = differences.short[bits >>> (32 - lookedUp)]! >> 8;
    let symbol = differences.short[bits >>> (32 - lookedUp)]! & 255;
    if (length === 0) {
      const code = bits >>> 16;
      for (length = lookedUp + 1; length <= 16 && code >= differences.limits[length]!; ) length++;
      if (length > 16) return undefined;
      symbol = differences.symbols[(code >>> (16 - length)) + differences.offsets[length]!]!;
    }
    position += length;
    let value = dc;
    if (symbol > 0) {
      bits = view.getInt32(position >>> 3) << (position & 7);
      value += extend(bits >>> (32 - symbol), symbol);
      position += symbol;
    }
    blocks[offset] = value * quantisation[0]!;
    for (let k = 1; k < 64; k++) {
      bits = view.getInt32(position >>> 3) << (position & 7);
      const found = whole[bits >>> (32 - lookedUp)]!;
      if (found !== 0) {
        k += (found >> 4) & 15;
        position += found & 15;
        blocks[offset + zigzag[k]!] = (found >> 8) * quantisation[k & 63]!;
        if (k > 63) return undefined;
        continue;
      }
      length = short[bits >>> (32 - lookedUp)]! >> 8;
      symbol = short[bits >>> (32 - lookedUp)]! & 255;
      if (length === 0) {
        const code = bits >>> 16;
        for (length = lookedUp + 1; length <= 16 && code >= limits[length]!; ) length++;
        if (length > 16) return undefined;
        symbol = symbols[(code >>> (16 - length)) + offsets[length]!]!;
      }
      position += length;
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) break;
        k += 15;
        if (k > 62) return undefined;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) return undefined;
      bits = view.getInt32(position >>> 3) << (position & 7);
      position += size;
      blocks[offset + zigzag[k]!] = extend(bits >>> (32 - size), size) * quantisation[k]!;
    }
    this.position = position;
    return value;
  }
}
