import type { StoredNumbers } from './feature-layout';

/** Rows that are being read, or have been read, ahead of their use. */
export interface RowPool {
  /** Numbers of the rows, ascending. */
  readonly rows: Float64Array;
  /** The rows as they are stored, in the same order. */
  readonly stored: Promise<StoredNumbers>;
  /** Stops the reading. */
  readonly stop: AbortController;
}

/** The place of a row in a pool, or -1. */
export function placeOf({ rows }: RowPool, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = rows[middle]!;
    if (found === row) return middle;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
