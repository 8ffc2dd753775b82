import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { ArchiveOrigin, StoredOrigin } from '../origin';
import { ArchiveError } from './archive-error';
import { type RangeOptions, readWhole } from './stores/ranges';
import { readTarFile } from './tar/file';

const inflate = promisify(inflateRaw);

/**
 * Reads the bytes of a stored photo.
 *
 * @throws ArchiveError when an entry of an archive is damaged, PhotoStoreError when a server does not give it, or the file system's error.
 * @example
 * ```ts
 * for await (const { name, origin } of findPhotos('shards-{000..009}.tar')) {
 *   const bytes = await readBytes(origin); // the JPEG in the archive
 *   console.log(name, bytes.length);
 * }
 * ```
 */
export async function readBytes(
  origin: StoredOrigin,
  options: RangeOptions = {},
): Promise<Uint8Array> {
  if (origin.kind === 'file') return readWhole(origin.path, options);
  if (origin.kind === 'tar') return readTarFile(origin, options);
  if (origin.kind === 'parquet') return (await import('./parquet/cell')).readCell(origin, options);
  if (origin.kind === 'remote') return readWhole(origin.path, options);
  return readEntry(origin);
}

const localHeaderSize = 30;

/** Reads one entry at the position that the directory states, and verifies its checksum. */
async function readEntry(entry: ArchiveOrigin): Promise<Buffer> {
  const file = await open(entry.path);
  try {
    const header = Buffer.alloc(localHeaderSize);
    await file.read(header, 0, localHeaderSize, entry.offset);
    if (header.readUInt32LE(0) !== 0x04034b50) {
      throw new ArchiveError(`there is no entry at byte ${entry.offset} of ${entry.path}`);
    }
    // The lengths of the name and the extra field may differ from those in the directory.
    const start =
      entry.offset + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28);
    const { size } = await file.stat();
    if (start + entry.compressedSize > size) throw new ArchiveError('the archive is incomplete');
    const stored = Buffer.alloc(entry.compressedSize);
    const { bytesRead } = await file.read(stored, 0, stored.length, start);
    if (bytesRead < stored.length) throw new ArchiveError('the archive is incomplete');
    const bytes = entry.compressed ? await unpack(stored, entry.size) : stored;
    if (bytes.length !== entry.size) {
      throw new ArchiveError(
        `the entry has ${bytes.length} bytes, but the archive states ${entry.size}`,
      );
    }
    if (crc32(bytes) !== entry.crc32)
      throw new ArchiveError('the entry is damaged: its checksum is wrong');
    return bytes;
  } finally {
    await file.close();
  }
}

/** Unpacks at most the number of bytes that the directory states. */
async function unpack(stored: Buffer, size: number): Promise<Buffer> {
  try {
    return await inflate(stored, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new ArchiveError(`the entry cannot be unpacked (${(error as Error).message})`);
  }
}
