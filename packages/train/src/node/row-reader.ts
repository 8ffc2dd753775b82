import type { FileHandle } from 'node:fs/promises';
import { NpyError } from '@shroom/formats';
import { type FeatureLayout, type StoredNumbers, storedRows } from './feature-layout';

/** Rows between two wanted ones are read too if they have at most this number of bytes: one read is quicker than two. */
const mostGap = 2 ** 17;
/** Most bytes of one read. */
const mostRead = 2 ** 21;
/** Number of reads at the same time. */
const atOnce = 6;

/** Rows that are read at once. */
interface Range {
  /** First and last place in the sorted rows. */
  readonly first: number;
  readonly last: number;
  /** Whether each row follows the one before it in the file. */
  readonly isDense: boolean;
}

/**
 * Reads rows of a file of features, near ones together, and returns them as they are stored.
 *
 * @param rows Numbers of rows, ascending. The same row may occur several times.
 * @param signal Stops between two reads.
 * @throws NpyError when the file has become shorter.
 */
export async function readRows(
  file: FileHandle,
  path: string,
  layout: FeatureLayout,
  rows: ArrayLike<number>,
  signal?: AbortSignal,
): Promise<StoredNumbers> {
  const { rowBytes, numbers, start } = layout;
  const result = storedRows(layout, rows.length);
  const ranges = rangesOf(rows, rowBytes);
  let next = 0;
  const lane = async () => {
    let scratch = new Uint8Array(0);
    while (next < ranges.length) {
      signal?.throwIfAborted();
      const { first, last, isDense } = ranges[next++]!;
      const from = rows[first]!;
      const length = (rows[last]! - from + 1) * rowBytes;
      // Rows without gaps need no second copy.
      if (!isDense && scratch.length < length) scratch = new Uint8Array(length);
      const target = isDense ? bytesOf(result, first * numbers, length) : scratch;
      await fill(file, path, target.subarray(0, length), start + from * rowBytes);
      if (isDense) continue;
      const own = bytesOf(result, first * numbers, (last - first + 1) * rowBytes);
      for (let place = first; place <= last; place++) {
        const at = (rows[place]! - from) * rowBytes;
        own.set(scratch.subarray(at, at + rowBytes), (place - first) * rowBytes);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ranges.length) }, lane));
  return result;
}

const bytesOf = (numbers: StoredNumbers, first: number, length: number) =>
  new Uint8Array(numbers.buffer, numbers.byteOffset + first * numbers.BYTES_PER_ELEMENT, length);

function rangesOf(rows: ArrayLike<number>, rowBytes: number): Range[] {
  const gap = Math.floor(mostGap / rowBytes);
  const most = Math.max(1, Math.floor(mostRead / rowBytes));
  const ranges: Range[] = [];
  let first = 0;
  let isDense = true;
  for (let place = 1; place <= rows.length; place++) {
    const isNear =
      place < rows.length &&
      rows[place]! - rows[place - 1]! <= gap + 1 &&
      rows[place]! - rows[first]! < most;
    if (isNear) {
      isDense &&= rows[place]! - rows[place - 1]! === 1;
      continue;
    }
    ranges.push({ first, last: place - 1, isDense });
    first = place;
    isDense = true;
  }
  return ranges;
}

async function fill(
  file: FileHandle,
  path: string,
  target: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0)
      throw new NpyError(`${path} has become shorter while it was read.`, { source: path });
    done += bytesRead;
  }
}
