/** Bits that are looked up at once. */
export const lookedUp = 10;

/** A Huffman code, ready for reading. */
export interface HuffmanTable {
  /** By the next bits: length of the code and symbol, `length << 8 | symbol`; 0 where the code is longer than these bits. */
  readonly short: Uint16Array;
  /** By the next bits, where code and value fit into them: `value << 8 | run << 4 | bits of both`; else 0. */
  readonly whole: Int16Array;
  /** By length: the first code of 16 bits that is longer. */
  readonly limits: Int32Array;
  /** By length: what to add to a code of that length for the place of its symbol. */
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

/**
 * @param counts How many codes there are of 1 to 16 bits.
 * @param symbols Of all codes, the shortest first.
 * @returns `undefined` where there cannot be so many codes.
 * @see ITU T.81, annex C
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const short = new Uint16Array(1 << lookedUp);
  const limits = new Int32Array(18);
  const offsets = new Int32Array(18);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    offsets[length] = place - code;
    for (let n = 0; n < counts[length - 1]!; n++, code++, place++) {
      if (length > lookedUp) continue;
      const first = code << (lookedUp - length);
      short.fill((length << 8) | symbols[place]!, first, first + (1 << (lookedUp - length)));
    }
    if (code > 1 << length) return undefined;
    limits[length] = code << (16 - length);
    code <<= 1;
  }
  return { short, whole: wholeValues(short), limits, offsets, symbols };
}

/** As in stb_image: most coefficients are read with one look. */
function wholeValues(short: Uint16Array): Int16Array {
  const whole = new Int16Array(1 << lookedUp);
  for (let bits = 0; bits < whole.length; bits++) {
    const length = short[bits]! >> 8;
    const run = (short[bits]! >> 4) & 15;
    const size = short[bits]! & 15;
    if (length === 0 || size === 0 || length + size > lookedUp) continue;
    const value = extend((bits >> (lookedUp - length - size)) & ((1 << size) - 1), size);
    if (value >= -128 && value < 128) whole[bits] = (value << 8) | (run << 4) | (length + size);
  }
  return whole;
}

/** @see ITU T.81, F.2.2.1 */
export const extend = (bits: number, size: number): number =>
  bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
