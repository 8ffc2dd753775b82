import type { FileHandle } from 'node:fs/promises';
import type { FeatureLayout, StoredNumbers } from './feature-layout';
import { readRows } from './row-reader';

/** Number of bytes that are checked at a time. */
const atOnce = 2 ** 23;

/** Reads a whole file of features, and returns the photos all of whose numbers are finite, in order. */
export async function finitePhotos(
  file: FileHandle,
  path: string,
  layout: FeatureLayout,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const { photos, views, numbers, rowBytes } = layout;
  const most = Math.max(1, Math.floor(atOnce / (rowBytes * views)));
  const size = views * numbers;
  const found: number[] = [];
  for (let start = 0; start < photos; start += most) {
    const count = Math.min(most, photos - start);
    const rows = Float64Array.from({ length: count * views }, (_, row) => start * views + row);
    const stored = await readRows(file, path, layout, rows, signal);
    for (let photo = 0; photo < count; photo++)
      if (areFinite(stored.subarray(photo * size, (photo + 1) * size))) found.push(start + photo);
  }
  return Int32Array.from(found);
}

function areFinite(stored: StoredNumbers): boolean {
  if (stored instanceof Float32Array) return stored.every(Number.isFinite);
  // All exponent bits are set in NaN and in infinite numbers.
  for (let place = 0; place < stored.length; place++)
    if ((stored[place]! & 0x7c00) === 0x7c00) return false;
  return true;
}
