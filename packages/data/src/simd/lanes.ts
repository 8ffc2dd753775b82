/** For `shuffle`: 16-bit numbers from two vectors in turn, beginning with this one of each. */
export const interleaving = (first: number): number[] =>
  Array.from({ length: 16 }, (_, byte) => {
    const vector = byte & 2 ? 16 : 0;
    return vector + 2 * (first + (byte >> 2)) + (byte & 1);
  });
