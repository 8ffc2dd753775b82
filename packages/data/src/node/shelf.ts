import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** Maximum size in bytes of the shared buffer for small files. A larger buffer would never be freed. */
const most = 2 ** 24;
let shelf = new Uint8Array(2 ** 17);

/**
 * Reads a file into the buffer that holds the previous file of this thread. A new buffer for each file would keep the
 * garbage collector busy.
 *
 * @returns Bytes that are valid until the next call.
 * @throws The file system's error.
 */
export function readOver(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    // A size of 0 may mean that the path is a device.
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
