import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { ArchiveOrigin, FileOrigin } from '../origin';

const inflate = promisify(inflateRaw);

/**
 * An archive is damaged, or holds what should not be unpacked.
 *
 * @example
 * ```ts
 * try {
 *   await unpackArchive('photos.zip', 'photos');
 * } catch (error) {
 *   if (!(error instanceof ArchiveError)) throw error;
 *   console.error(`photos.zip was not unpacked to its end: ${error.message}`);
 * }
 * ```
 */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** The file's bytes. @throws ArchiveError when an entry of an archive is damaged. */
export function readBytes(origin: FileOrigin | ArchiveOrigin): Promise<Buffer> {
  return origin.kind === 'file' ? readFile(origin.path) : readEntry(origin);
}

const localHeaderSize = 30;

/** One entry, read from where the directory says it is; its checksum is verified. */
async function readEntry(entry: ArchiveOrigin): Promise<Buffer> {
  const file = await open(entry.path);
  try {
    const header = Buffer.alloc(localHeaderSize);
    await file.read(header, 0, localHeaderSize, entry.offset);
    if (header.readUInt32LE(0) !== 0x04034b50) {
      throw new ArchiveError(`no entry at byte ${entry.offset} of ${entry.path}`);
    }
    // The name and the extra field may differ in length from those in the directory.
    const start =
      entry.offset + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28);
    const stored = Buffer.alloc(entry.compressedSize);
    const { bytesRead } = await file.read(stored, 0, stored.length, start);
    if (bytesRead < stored.length) throw new ArchiveError('the archive is cut short');
    const bytes = entry.compressed ? await unpack(stored, entry.size) : stored;
    if (bytes.length !== entry.size) {
      throw new ArchiveError(`${bytes.length} bytes where the archive says ${entry.size}`);
    }
    if (crc32(bytes) !== entry.crc32) throw new ArchiveError('damaged: its checksum is wrong');
    return bytes;
  } finally {
    await file.close();
  }
}

/** No more than the size that the directory promised is ever unpacked. */
async function unpack(stored: Buffer, size: number): Promise<Buffer> {
  try {
    return await inflate(stored, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new ArchiveError(`cannot be unpacked (${(error as Error).message})`);
  }
}
