import { open, readFile, stat } from 'node:fs/promises';
import { ArchiveError } from '../archive-error';
import { isRemote } from '../places/addresses';
import { readAhead } from './ahead';
import { httpFile } from './http';
import { type RemoteFile, readRemote, remoteSize } from './remote-file';
import type { RetryOptions } from './retrying';
import { PhotoStoreError } from './store-error';

/** How a file is read. On a server, attempts are repeated. */
export type RangeOptions = RetryOptions;

/** Reads bytes of one file. At its end, fewer bytes are read. */
export interface RangeReader {
  /** Length of the file in bytes. */
  readonly size: number;
  /** @param end Position after the last byte. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A file by its address. @throws PhotoStoreError when the text is no address. */
async function remoteFile(address: string): Promise<RemoteFile> {
  if (address.startsWith('s3:')) return (await import('./s3/file')).s3File(address);
  if (address.startsWith('hf:')) return (await import('./hub/file')).hubFile(address);
  return httpFile(address);
}

/**
 * Opens a file to read many ranges of it.
 *
 * @param path Path or address of a file.
 * @throws The file system's error, ArchiveError for a folder, or PhotoStoreError.
 */
export async function openRanges(path: string, options: RangeOptions = {}): Promise<RangeReader> {
  options.signal?.throwIfAborted();
  if (!isRemote(path)) return openFile(path);
  const file = await remoteFile(path);
  const size = await remoteSize(file, options);
  if (size === undefined)
    throw new PhotoStoreError('missing', `${file.shown}: the server does not have this file.`);
  const read = (start: number, end: number) =>
    readRemote(file, start, Math.min(end, size), options);
  return { size, read, close: async () => {} };
}

async function openFile(path: string): Promise<RangeReader> {
  const file = await open(path);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw new ArchiveError(`${path} is a folder, not a file.`);
    const { size } = found;
    const read = async (start: number, end: number) => {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(end, size) - start));
      let filled = 0;
      while (filled < bytes.length) {
        const left = bytes.length - filled;
        const { bytesRead } = await file.read(bytes, filled, left, start + filled);
        if (bytesRead === 0) return bytes.subarray(0, filled);
        filled += bytesRead;
      }
      return bytes;
    };
    return { size, read, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads one range of a file. */
export async function readRange(
  path: string,
  start: number,
  end: number,
  options: RangeOptions = {},
): Promise<Buffer> {
  options.signal?.throwIfAborted();
  if (isRemote(path)) {
    const remote = await remoteFile(path);
    return readAhead(path, start, end, (first, last) => readRemote(remote, first, last, options));
  }
  const file = await openFile(path);
  try {
    return await file.read(start, end);
  } finally {
    await file.close();
  }
}

/** Reads a whole file. @param path Path or address. */
export async function readWhole(path: string, options: RangeOptions = {}): Promise<Buffer> {
  const { signal } = options;
  if (!isRemote(path)) return readFile(path, signal && { signal });
  return readRemote(await remoteFile(path), 0, undefined, options);
}

/** Length of a file in bytes; `undefined` if there is no such file. */
export async function sizeOf(
  path: string,
  options: RangeOptions = {},
): Promise<number | undefined> {
  if (isRemote(path)) return remoteSize(await remoteFile(path), options);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
