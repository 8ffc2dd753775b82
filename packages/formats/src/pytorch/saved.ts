import type { RangedFile } from '../ranged-file';
import type { Storage } from './objects';

/** What was saved in a file, and where the file has its storages. */
export interface SavedObject {
  readonly value: unknown;
  /** The file that has the storages. */
  readonly file: RangedFile;
  /** Position of a storage's first byte. */
  startOf(storage: Storage): number;
}
