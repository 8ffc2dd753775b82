import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { ArchiveOrigin, FileOrigin } from '../origin';

const inflate = promisify(inflateRaw);

/**
 * Thrown when an archive is damaged, or holds entries that should not be unpacked.
 *
 * @example
 * ```ts
 * try {
 *   await unpackArchive('photos.zip', 'photos');
 * } catch (error) {
 *   if (!(error instanceof ArchiveError)) throw error;
 *   console.error(`photos.zip was not unpacked completely: ${error.message}`);
 * }
 * ```
 */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Reads the bytes of a file. @throws ArchiveError when an entry of an archive is damaged. */
export function readBytes(origin: FileOrigin | ArchiveOrigin): Promise<Buffer> {
  return origin.kind === 'file' ? readFile(origin.path) : readEntry(origin);
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
