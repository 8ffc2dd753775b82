import { crc32 } from './crc32';
import { ZipError } from './error';

/** A file to be put in an archive. */
export interface ZippedFile {
  /** Path in the archive, with `/` as separator. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Numbers in a zip archive have 32 bits, and its directory counts up to 65,535 files. */
const most = { bytes: 0xffffffff, files: 0xffff };
/** The first of January 1980, so that the same files give the same archive. */
const date = 0x21;
const utf8 = 0x800;

/**
 * Yields the bytes of a zip archive in pieces. Files are stored without compression, which suits weights: they hardly get smaller.
 *
 * @throws ZipError when the archive would have 4 GB or more, or 65,536 files or more.
 * @example
 * ```ts
 * const files = [{ path: 'notes/a.txt', bytes: new TextEncoder().encode('hello') }];
 * const archive = new Blob([...zipChunks(files)] as BlobPart[], { type: 'application/zip' });
 * ```
 */
export function* zipChunks(files: Iterable<ZippedFile>): Generator<Uint8Array, void, undefined> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { path, bytes } of files) {
    const name = new TextEncoder().encode(path);
    const facts = factsOf(name, bytes);
    const header = record(0x04034b50, [[20, 2], ...facts], name);
    const attributes = [0, 0, 0].map((value): Field => [value, 2]);
    const place: Field[] = [...attributes, [0, 4], [offset, 4]];
    directory.push(record(0x02014b50, [[20, 2], [20, 2], ...facts, ...place], name));
    offset += header.length + bytes.length;
    if (offset > most.bytes || directory.length > most.files)
      throw new ZipError(
        `A zip archive has less than 4 GB and at most ${most.files} files; '${path}' would be beyond that.`,
      );
    yield header;
    yield bytes;
  }
  yield* directory;
  const length = directory.reduce((sum, each) => sum + each.length, 0);
  const count = directory.length;
  yield record(0x06054b50, [
    [0, 4],
    [count, 2],
    [count, 2],
    [length, 4],
    [offset, 4],
    [0, 2],
  ]);
}

/** A number, and its size in bytes. */
type Field = readonly [value: number, bytes: 2 | 4];

/** What the header of a file and the directory say alike: flags, method, time, date, checksum, sizes, lengths of name and extra field. */
const factsOf = (name: Uint8Array, bytes: Uint8Array): Field[] => [
  [utf8, 2],
  [0, 2],
  [0, 2],
  [date, 2],
  [crc32(bytes), 4],
  [bytes.length, 4],
  [bytes.length, 4],
  [name.length, 2],
  [0, 2],
];

function record(signature: number, fields: readonly Field[], name = new Uint8Array()): Uint8Array {
  const size = fields.reduce((sum, [, bytes]) => sum + bytes, 4);
  const bytes = new Uint8Array(size + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  let place = 4;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += width;
  }
  bytes.set(name, place);
  return bytes;
}
