/** Positions for `shuffle` that take 16-bit numbers from two vectors alternately, beginning with number `first` of each. */
export const interleaving = (first: number): number[] =>
  Array.from({ length: 16 }, (_, byte) => {
    const vector = byte & 2 ? 16 : 0;
    return vector + 2 * (first + (byte >> 2)) + (byte & 1);
  });

/**
 * Positions for `shuffle` that take numbers of `bytes` bytes each. Numbers of the second vector are counted on after those of the first.
 */
export const lanesOf = (bytes: number, places: readonly number[]): number[] =>
  places.flatMap(place => Array.from({ length: bytes }, (_, byte) => bytes * place + byte));
