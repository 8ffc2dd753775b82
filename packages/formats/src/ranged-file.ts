/** A file whose bytes are read by ranges, so that it need not be in memory. */
export interface RangedFile {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads a range of bytes.
   *
   * @param start Position of the first byte.
   * @param end Position after the last byte.
   * @param take Gives memory for this many bytes, which the result may be a view of. Without it, the result has its own memory.
   */
  read(start: number, end: number, take?: (bytes: number) => Uint8Array): Promise<Uint8Array>;
}

/** Gives access by ranges to bytes in memory, which are not copied, or to a file of a browser. */
export function ranged(file: Uint8Array | Blob | RangedFile): RangedFile {
  if (file instanceof Uint8Array)
    return { size: file.byteLength, read: async (start, end) => file.subarray(start, end) };
  if (file instanceof Blob)
    return {
      size: file.size,
      read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
    };
  return file;
}
