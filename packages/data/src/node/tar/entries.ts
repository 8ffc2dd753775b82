import { ArchiveError } from '../archive-error';
import type { RangeReader } from '../stores/ranges';
import { block, padded, readPaxRecords, readTarHeader, textIn } from './header';

/** A file in a tar archive. */
export interface TarEntry {
  readonly name: string;
  /** Position of the first byte in the archive. */
  readonly offset: number;
  readonly size: number;
}

/** Longest name or extended header that is read, in bytes. */
const mostName = 2 ** 20;

/** Files of an archive are read in pieces of this many bytes: headers of small files come in one piece. */
const piece = 4096;
/** On a server, a request takes as long as this many bytes. */
const remotePiece = 2 ** 20;

/** Reads small parts of a file in pieces, so that neighbors are read at once. */
export class PiecewiseReader {
  readonly #file: RangeReader;
  readonly #piece: number;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: RangeReader, piece: number) {
    this.#file = file;
    this.#piece = piece;
  }

  get size(): number {
    return this.#file.size;
  }

  async read(start: number, end: number): Promise<Buffer> {
    if (start < this.#start || end > this.#start + this.#bytes.length) {
      this.#bytes = await this.#file.read(start, Math.max(end, start + this.#piece));
      this.#start = start;
    }
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }
}

/**
 * Yields the files of a tar archive in their order. Only headers are read.
 *
 * @throws ArchiveError when the archive is damaged or incomplete.
 */
export async function* tarEntries(
  file: PiecewiseReader,
): AsyncGenerator<TarEntry, void, undefined> {
  let longName: string | undefined;
  let longSize: number | undefined;
  for (let at = 0; at < file.size; ) {
    const bytes = await file.read(at, at + block);
    if (bytes.length < block) throw new ArchiveError('the archive is incomplete');
    const header = readTarHeader(bytes);
    if (!header) return;
    const { type } = header;
    const size = type === 'x' || type === 'L' ? header.size : (longSize ?? header.size);
    const offset = at + block;
    at = offset + padded(size);
    if (offset + size > file.size) throw new ArchiveError('the archive is incomplete');
    if (type === 'L' || type === 'x') {
      if (size > mostName) throw new ArchiveError(`a name has ${size} bytes`);
      const extended = await file.read(offset, offset + size);
      if (type === 'L') longName = textIn(extended);
      else {
        const records = readPaxRecords(extended);
        longName = records.get('path') ?? longName;
        longSize = records.has('size') ? Number(records.get('size')) : undefined;
        if (longSize !== undefined && !(Number.isSafeInteger(longSize) && longSize >= 0))
          throw new ArchiveError(
            `an extended header is damaged: it has the size '${records.get('size')}'`,
          );
        if ([...records.keys()].some(key => key.startsWith('GNU.sparse.'))) throw sparse();
      }
      continue;
    }
    if (type === 'g' || type === 'K') continue;
    if (type === 'S') throw sparse();
    const name = longName ?? header.name;
    [longName, longSize] = [undefined, undefined];
    if (type === '0' || type === '7') yield { name, offset, size };
  }
  // Archives without the two empty blocks at their end are complete too.
}

const sparse = (): ArchiveError =>
  new ArchiveError(
    'a file is stored with holes (sparse), which is not read. Pack it again without the option --sparse of tar',
  );

/** A reader of headers. @param isRemote Whether each piece is a request to a server. */
export const headerReader = (file: RangeReader, isRemote = false): PiecewiseReader =>
  new PiecewiseReader(file, isRemote ? remotePiece : piece);
