import { stat } from 'node:fs/promises';
import type { PhotoSet } from '../photo';
import { openArchive } from './archive';
import { type FolderOptions, openFolder } from './folder';
import { fetchKaggle, type KaggleOptions } from './kaggle/dataset';
import { openTable } from './table';
import type { ColumnNames } from './table-columns';

/** The names of columns are for tables. */
export interface OpenPhotosOptions extends FolderOptions, ColumnNames {
  /** How a data set of Kaggle is downloaded. */
  readonly kaggle?: KaggleOptions;
}

/**
 * Labeled photos from anywhere.
 *
 * @param where `kaggle:owner/slug`; a `.zip` file; a `.csv`, `.tsv`, `.json` or `.jsonl` table; or a folder with a folder per class.
 */
export async function openPhotos(
  where: string,
  options: OpenPhotosOptions = {},
): Promise<PhotoSet> {
  const { kaggle, signal } = options;
  if (where.startsWith('kaggle:')) {
    const folder = await fetchKaggle(where.slice('kaggle:'.length), {
      ...kaggle,
      ...(signal && { signal }),
    });
    return openFolder(folder, options);
  }
  const isFolder = await stat(where).then(
    found => found.isDirectory(),
    () => false,
  );
  if (isFolder) return openFolder(where, options);
  if (/\.zip$/i.test(where)) return openArchive(where, options);
  if (/\.(csv|tsv|json|jsonl|ndjson)$/i.test(where)) return openTable(where, options);
  return openFolder(where, options);
}
