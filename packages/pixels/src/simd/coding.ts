/** Number of bits of a Huffman code that are looked up in a table at once. */
export const lookedUp = 10;

/**
 * Layout of a table for decoding a Huffman code: offsets in bytes from the address of the table. An entry holds, from its lowest bits on: 8
 * bits, the length of a code plus the length of its value; 8 bits, the length of the code; 8 bits, 64 minus the length of the value; 8
 * bits, by how many coefficients to advance (for DC codes: whether there is a value), or one of `special`.
 */
export const codeTable = {
  /** One entry for each value that the next bits can have. */
  entries: 0,
  /** For each code length: the smallest 16-bit number that is beyond the codes of this length. */
  limits: 4 << lookedUp,
  /** For each code length: what to add to a code to get the position of its entry. */
  offsets: (4 << lookedUp) + 4 * 17,
  /** Entries of all codes, the shortest codes first. */
  places: (4 << lookedUp) + 4 * 34,
  size: (4 << lookedUp) + 4 * 34 + 4 * 256,
} as const;

/** Special values in place of the number of coefficients to advance; each is more than a block has coefficients. */
export const special = { end: 64, sixteenZeros: 65, longCode: 66 } as const;

/** State of the bit reader: offsets in bytes from its address. `ahead` holds 64 bits, of which the upper `bits` bits are yet to be read. */
export const scanState = { pointer: 0, bits: 4, ahead: 8, size: 16 } as const;

/** Description of each block of a unit, in 32-bit numbers from its address; all but the last are addresses. */
export const blockPlan = {
  dc: 0,
  ac: 1,
  /** For each coefficient in the order of the file: its natural position in bytes, and its quantization factor, 16 bits each. */
  quantization: 2,
  /** Address for the first unit in a row; that of the next unit is `step` blocks later. */
  coefficients: 3,
  /** One byte for each block: the positions of its nonzero coefficients, joined by bitwise OR, in bytes. */
  extents: 4,
  /** The DC value of the previous block. */
  predecessor: 5,
  step: 6,
  size: 7,
} as const;
