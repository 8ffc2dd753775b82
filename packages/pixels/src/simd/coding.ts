/** Bits of a Huffman code that are looked up at once. */
export const lookedUp = 10;

/**
 * A Huffman code, ready for reading. An entry holds, from the lowest bits on: 8 bits, the length of a code and its value
 * together; 8 bits, the length of the code; 8 bits, 64 less the length of the value; 8 bits, how many coefficients to go on
 * (of DC codes: whether there is a value), or one of `special`. In bytes from the address of the table:
 */
export const codeTable = {
  /** An entry for each of the numbers that the next bits can be. */
  entries: 0,
  /** By the length of a code: the first 16 bits that are beyond codes of this length. */
  limits: 4 << lookedUp,
  /** By the length of a code: what to add to it for the place of its entry. */
  offsets: (4 << lookedUp) + 4 * 17,
  /** Entries of all codes, the shortest first. */
  places: (4 << lookedUp) + 4 * 34,
  size: (4 << lookedUp) + 4 * 34 + 4 * 256,
} as const;

/** In place of how many coefficients to go on; all are more than a block has. */
export const special = { end: 64, sixteenZeros: 65, longCode: 66 } as const;

/** Where the reading stands, in bytes from its address. `ahead` are 64 bits, of which the upper `bits` are to be read. */
export const scanState = { pointer: 0, bits: 4, ahead: 8, size: 16 } as const;

/** What is known of each block of a unit, in 32-bit numbers from its address; all but the last are addresses. */
export const blockPlan = {
  dc: 0,
  ac: 1,
  /** By place in the file: natural place of a coefficient in bytes, and what to multiply it by, 16 bits each. */
  quantization: 2,
  /** Of the first unit in a row; the following ones come `step` blocks later. */
  coefficients: 3,
  /** A byte for each block: places of what is not zero, joined by `or`, in bytes. */
  extents: 4,
  /** The last DC value. */
  predecessor: 5,
  step: 6,
  size: 7,
} as const;
