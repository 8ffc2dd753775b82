/** For `shuffle`: 16-bit numbers from two vectors in turn, beginning with this one of each. */
export const interleaving = (first: number): number[] =>
  Array.from({ length: 16 }, (_, byte) => {
    const vector = byte & 2 ? 16 : 0;
    return vector + 2 * (first + (byte >> 2)) + (byte & 1);
  });

/** For `shuffle`: these numbers of so many bytes each; those of the second vector follow those of the first. */
export const lanesOf = (bytes: number, places: readonly number[]): number[] =>
  places.flatMap(place => Array.from({ length: bytes }, (_, byte) => bytes * place + byte));
