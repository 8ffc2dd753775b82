import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** Memory of small files; one of a larger file would be kept for good. In bytes. */
const most = 2 ** 24;
let shelf = new Uint8Array(2 ** 17);

/**
 * Reads a file over the last one that was read in this thread: fresh memory for each would keep the collector busy.
 *
 * @returns Bytes that hold until the next call.
 * @throws The file system's error.
 */
export function readOver(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    // A size of 0 may be that of a device.
    if (size === 0 || size > most) return readFileSync(file);
    if (shelf.length < size) shelf = new Uint8Array(2 * size);
    let length = 0;
    while (length < size) {
      const count = readSync(file, shelf, length, size - length, null);
      if (count === 0) break;
      length += count;
    }
    return shelf.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
