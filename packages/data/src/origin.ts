import type { Pixels } from '@shroom/pixels';

/** Where the pixels of a photo come from. It is plain data, so any thread can read them. */
export type Origin = StoredOrigin | GeneratedOrigin;

/** Where the bytes of a photo are stored. */
export type StoredOrigin = FileOrigin | ArchiveOrigin | TarOrigin | ParquetOrigin | RemoteOrigin;

export interface FileOrigin {
  readonly kind: 'file';
  /** Absolute path of the file. */
  readonly path: string;
}

/** One file inside a zip archive. */
export interface ArchiveOrigin {
  readonly kind: 'archive';
  /** Absolute path of the archive. */
  readonly path: string;
  /** Position of the entry's local header in the archive, in bytes. */
  readonly offset: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly compressed: boolean;
  readonly crc32: number;
}

/** One file inside a tar archive. */
export interface TarOrigin {
  readonly kind: 'tar';
  /** Absolute path of the archive, or its address on a server. */
  readonly path: string;
  /** Position of the first byte of the file in the archive. Its header is in the 512 bytes before. */
  readonly offset: number;
  readonly size: number;
}

/** A cell of a Parquet file. */
export interface ParquetOrigin {
  readonly kind: 'parquet';
  /** Absolute path of the file, or its address on a server. */
  readonly path: string;
  /** Name of the column: bytes, or a struct with `bytes`. */
  readonly column: string;
  /** Row in the file, from 0. */
  readonly row: number;
}

/** A file on a server. */
export interface RemoteOrigin {
  readonly kind: 'remote';
  /** Address of the file: `https:`, `s3:`, or `hf:` with a commit. Credentials are in the environment. */
  readonly path: string;
}

/** A picture that a module generates on demand. The module is imported, so only trusted code may name it. */
export interface GeneratedOrigin {
  readonly kind: 'generated';
  /** Address (`file:`) of a module that exports `generate`, a function of type `Generate`. */
  readonly module: string;
  /** First argument of `generate`, as plain data. */
  readonly args: unknown;
}

/**
 * The type of the function `generate` in a module of generated pictures. The same arguments have to give the same pixels.
 *
 * @param size `[height, width]`. Default: the picture's own size.
 * @example
 * ```ts
 * // gray.js
 * export const generate: Generate<number> = (gray, [height, width] = [64, 64]) => ({
 *   data: new Uint8Array(3 * height * width).fill(gray),
 *   height,
 *   width,
 * });
 * ```
 */
export type Generate<Args> = (
  args: Args,
  size?: readonly [number, number],
) => Pixels | Promise<Pixels>;
