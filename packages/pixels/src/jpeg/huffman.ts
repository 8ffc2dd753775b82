import { codeTable, lookedUp, special } from '../simd/coding';

/** @see codeTable */
export type HuffmanTable = Int32Array;

/**
 * @param counts Number of codes of each length, from 1 to 16 bits.
 * @param symbols Symbols of all codes, the shortest codes first.
 * @param kind Whether the symbols are lengths of DC differences, or numbers of zeros and lengths of coefficients.
 * @param table Memory that the table is written to.
 * @returns The table, or `undefined` if so many codes of these lengths cannot exist.
 * @see ITU T.81, annex C
 */
export function huffmanTable(
  counts: Uint8Array,
  symbols: Uint8Array,
  kind: 'dc' | 'ac',
  table: HuffmanTable,
): HuffmanTable | undefined {
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    table[codeTable.offsets / 4 + length] = place - code;
    for (let n = 0; n < counts[length - 1]!; n++, code++, place++) {
      const entry = entryOf(symbols[place]!, length, kind);
      table[codeTable.places / 4 + place] = entry;
      if (length > lookedUp) continue;
      const end = (code + 1) << (lookedUp - length);
      for (let bits = code << (lookedUp - length); bits < end; bits++) table[bits] = entry;
    }
    if (code > 1 << length) return undefined;
    table[codeTable.limits / 4 + length] = code << (16 - length);
    code <<= 1;
  }
  table.fill(
    special.longCode << 24,
    table[codeTable.limits / 4 + lookedUp]! >> (16 - lookedUp),
    1 << lookedUp,
  );
  return table;
}

function entryOf(symbol: number, length: number, kind: 'dc' | 'ac'): number {
  const size = symbol & 15;
  return (
    (length + size) | (length << 8) | (((64 - size) & 63) << 16) | (onwards(symbol, kind) << 24)
  );
}

function onwards(symbol: number, kind: 'dc' | 'ac'): number {
  if (kind === 'dc') return symbol > 0 ? 1 : 0;
  if ((symbol & 15) > 0) return (symbol >> 4) + 1;
  return symbol === 0xf0 ? special.sixteenZeros : special.end;
}
