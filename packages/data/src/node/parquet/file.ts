import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { ArchiveError } from '../archive-error';
import { openRanges, type RangeOptions, type RangeReader } from '../stores/ranges';
import { PhotoStoreError } from '../stores/store-error';

/** An open Parquet file. */
export interface ParquetFile {
  readonly metadata: FileMetaData;
  readonly buffer: AsyncBuffer;
  close(): Promise<void>;
}

/** Opens a Parquet file and reads its footer. @throws ArchiveError when it is no Parquet file. */
export async function openParquet(path: string, options: RangeOptions): Promise<ParquetFile> {
  const file = await openRanges(path, options);
  const buffer = bufferOf(file);
  try {
    const { parquetMetadataAsync } = await import('hyparquet');
    const metadata = await parquetMetadataAsync(buffer);
    return { metadata, buffer, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw ofParquet(error);
  }
}

const bufferOf = (file: RangeReader): AsyncBuffer => ({
  byteLength: file.size,
  slice: async (start, end = file.size) => {
    const from = start < 0 ? file.size + start : start;
    const bytes = await file.read(from, end);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  },
});

/** An error of the library about a damaged file, as one that callers know. */
export function ofParquet(error: unknown): unknown {
  const { code, name, message } = error as NodeJS.ErrnoException;
  const isOther = error instanceof PhotoStoreError || code !== undefined || name === 'AbortError';
  return isOther
    ? error
    : new ArchiveError(`cannot be read as Parquet: ${message}`, { cause: error });
}
