import type { ReadOptions } from '../error';
import { type RangedFile, ranged } from '../ranged-file';
import { crc32 } from './crc32';
import { damaged } from './error';

/** A zip archive whose directory was read. */
export interface ZipArchive {
  /** Paths of the files, with `/` as separator. */
  readonly paths: readonly string[];
  /**
   * Reads one file.
   *
   * @param most Largest number of bytes that the file may have. Default 2e9.
   * @throws ZipError when there is no such file, when it is damaged or larger, or when it is packed by another method than Deflate.
   */
  read(path: string, most?: number): Promise<Uint8Array>;
  /**
   * Finds where the archive has the bytes of a file that is stored without compression, to read parts of it. The checksum is not compared.
   *
   * @returns The positions of its first byte and after its last byte, or `undefined` if it is compressed.
   * @throws ZipError when there is no such file, or when it is encrypted or not where the directory says.
   */
  place(path: string): Promise<{ readonly start: number; readonly end: number } | undefined>;
}

interface Entry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly stored: number;
  readonly size: number;
  readonly offset: number;
}

const endLength = 22;
const longestComment = 0xffff;
/** The most bytes that Deflate makes of one byte. */
const mostInflation = 1032;
/** In archives beyond 4 GB, this number says that the real one is elsewhere. */
const elsewhere = 0xffffffff;

/**
 * Opens a zip archive: its directory is read, and each file when it is asked for. It works in browsers and in Node.
 *
 * @param file The archive. Bytes in memory are not copied.
 * @throws ZipError when the archive is damaged, or has 4 GB or more.
 * @example
 * ```ts
 * const file = document.querySelector('input')!.files![0]!;
 * const archive = await openZip(file, { source: file.name });
 * const text = new TextDecoder().decode(await archive.read('classifier.json', 1e6));
 * ```
 */
export async function openZip(
  file: Uint8Array | Blob | RangedFile,
  options: ReadOptions = {},
): Promise<ZipArchive> {
  const archive = ranged(file);
  const entries = await directoryOf(archive, options);
  const entryOf = (path: string): Entry => {
    const entry = entries.get(path);
    if (!entry) throw damaged(`it has no '${path}'`, options);
    return entry;
  };
  return {
    paths: [...entries.keys()],
    read: async (path, most = 2e9) => {
      const entry = entryOf(path);
      if (entry.size > most)
        throw damaged(`'${path}' would have ${entry.size} bytes, more than ${most}`, options);
      return contentOf(archive, path, entry, options);
    },
    place: async path => {
      const entry = entryOf(path);
      if (entry.method !== 0) return undefined;
      return placeOf(archive, path, entry, options);
    },
  };
}

async function directoryOf(file: RangedFile, options: ReadOptions): Promise<Map<string, Entry>> {
  const tail = await file.read(Math.max(0, file.size - endLength - longestComment), file.size);
  const view = viewOf(tail);
  let end = tail.length - endLength;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw damaged('it has no directory at its end', options);
  const count = view.getUint16(end + 10, true);
  const [length, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (start === elsewhere) throw damaged('it has 4 GB or more, which is not read', options);
  if (start + length > file.size) throw damaged('its directory begins beyond its end', options);
  const directory = await file.read(start, start + length);
  const fields = viewOf(directory);
  const entries = new Map<string, Entry>();
  let place = 0;
  for (let index = 0; index < count; index++) {
    if (place + 46 > directory.length || fields.getUint32(place, true) !== 0x02014b50)
      throw damaged('its directory is damaged', options);
    const [nameLength, extra, comment] = [28, 30, 32].map(at => fields.getUint16(place + at, true));
    const name = new TextDecoder().decode(directory.subarray(place + 46, place + 46 + nameLength!));
    const number = (at: number) => fields.getUint32(place + at, true);
    const entry = {
      method: fields.getUint16(place + 10, true),
      isEncrypted: (fields.getUint16(place + 8, true) & 1) === 1,
      ...{ crc: number(16), stored: number(20), size: number(24), offset: number(42) },
    };
    if (entries.has(name)) throw damaged(`it has '${name}' twice`, options);
    if (!name.endsWith('/')) entries.set(name, entry);
    place += 46 + nameLength! + extra! + comment!;
  }
  return entries;
}

/** Finds where the archive has the bytes of a file, compressed or not. */
async function placeOf(
  file: RangedFile,
  path: string,
  { isEncrypted, stored, offset }: Entry,
  options: ReadOptions,
): Promise<{ start: number; end: number }> {
  if (isEncrypted) throw damaged(`'${path}' is encrypted`, options);
  const header = offset + 30 > file.size ? undefined : viewOf(await file.read(offset, offset + 30));
  if (header?.getUint32(0, true) !== 0x04034b50)
    throw damaged(`'${path}' is not where the directory says`, options);
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + stored > file.size) throw damaged(`'${path}' ends beyond the archive`, options);
  return { start, end: start + stored };
}

async function contentOf(
  file: RangedFile,
  path: string,
  entry: Entry,
  options: ReadOptions,
): Promise<Uint8Array> {
  const { method, crc, stored, size } = entry;
  const fail = (why: string, cause?: unknown) => damaged(`'${path}' ${why}`, options, cause);
  if (method !== 0 && method !== 8) throw fail('is packed by another method than Deflate');
  if (method === 8 && size > mostInflation * stored) throw fail('is damaged');
  const { start, end } = await placeOf(file, path, entry, options);
  const packed = await file.read(start, end);
  const bytes =
    method === 0
      ? packed
      : await inflated(packed, size).catch(cause => {
          throw fail('is damaged', cause);
        });
  if (bytes.length !== size || crc32(bytes) !== crc) throw fail('is damaged');
  return bytes;
}

/** Unpacks bytes, but no more than `size` of them. */
async function inflated(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const bytes = new Uint8Array(size);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    if (length + value.length > size) {
      await reader.cancel();
      throw new RangeError(`It has more than ${size} bytes.`);
    }
    bytes.set(value, length);
    length += value.length;
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
