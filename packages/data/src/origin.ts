import type { Pixels } from '@shroom/pixels';

/** Where the pixels of a photo come from, as plain data, so that any thread can fetch them. */
export type Origin = FileOrigin | ArchiveOrigin | GeneratedOrigin;

export interface FileOrigin {
  readonly kind: 'file';
  /** Absolute. */
  readonly path: string;
}

/** One file inside a zip archive. */
export interface ArchiveOrigin {
  readonly kind: 'archive';
  /** Of the archive, absolute. */
  readonly path: string;
  /** Of the entry's local header, in bytes. */
  readonly offset: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly compressed: boolean;
  readonly crc32: number;
}

/** A picture that a module makes on demand. Only code that is trusted may name the module: it is imported. */
export interface GeneratedOrigin {
  readonly kind: 'generated';
  /** Address (`file:`) of a module that exports `generate`, a `Generate`. */
  readonly module: string;
  /** What `generate` is called with: plain data. */
  readonly args: unknown;
}

/**
 * What a module of generated pictures exports as `generate`. The same arguments give the same pixels.
 *
 * @param size `[height, width]`; without it the picture has its own.
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
