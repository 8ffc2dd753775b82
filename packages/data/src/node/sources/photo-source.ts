import type { PhotoSet } from '../../photo';
import type { FolderOptions } from '../folder';
import type { KaggleOptions } from '../kaggle/dataset';
import type { ColumnNames } from '../table-columns';

/** The names of columns are for tables. */
export interface OpenPhotosOptions extends FolderOptions, ColumnNames {
  /** How a data set of Kaggle is downloaded. */
  readonly kaggle?: KaggleOptions;
}

/**
 * Opens the photos of one kind of place.
 *
 * @param where As `openPhotos` was given it, with its scheme.
 */
export type PhotoSource = (where: string, options: OpenPhotosOptions) => Promise<PhotoSet>;
