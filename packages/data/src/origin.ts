import type { Genus } from './drawn/genus';

/** Where the pixels of a photo come from, as plain data, so that any thread can fetch them. */
export type Origin = FileOrigin | ArchiveOrigin | DrawnOrigin;

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

/** A picture that is drawn on demand, square. */
export interface DrawnOrigin {
  readonly kind: 'drawn';
  readonly genus: Genus;
  readonly seed: number;
}
