import type { PhotoSet } from '../../photo';
import type { FolderOptions } from '../folder';
import type { KaggleOptions } from '../kaggle/dataset';
import type { PhotoListing } from '../photo-listing';
import type { ColumnNames } from '../table-columns';

/** Options of `openPhotos`. The names of columns apply only to tables. */
export interface OpenPhotosOptions extends FolderOptions, ColumnNames {
  /** How a Kaggle data set is downloaded. */
  readonly kaggle?: KaggleOptions;
}

/**
 * Opens the photos of one kind of place.
 *
 * @param where The text that was passed to `openPhotos`, including its scheme.
 */
export type PhotoSource = (where: string, options: OpenPhotosOptions) => Promise<PhotoSet>;

/** Lists the photos of one kind of place without reading them. */
export type PhotoLister = (where: string, options: OpenPhotosOptions) => Promise<PhotoListing>;
