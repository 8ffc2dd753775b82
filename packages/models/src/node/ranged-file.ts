import { open } from 'node:fs/promises';
import type { RangedFile } from '@shroom/formats';
import { namingFile } from './whole-file';

/** A file on the disk that is read by ranges. At its end, fewer bytes are read. */
export interface OpenFile extends RangedFile {
  close(): Promise<void>;
}

/** Opens a file. Errors of the file system name it. */
export async function openRanged(path: string): Promise<OpenFile> {
  const file = await open(path);
  const readBytes = async (start: number, end: number, take?: (bytes: number) => Uint8Array) => {
    const bytes = take?.(end - start) ?? new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  };
  try {
    const { size } = await file.stat();
    return {
      size,
      read: (start, end, take) => namingFile(path, () => readBytes(start, end, take)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
