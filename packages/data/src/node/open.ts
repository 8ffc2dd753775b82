import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhotoSet } from '../photo';
import { openArchive } from './archive';
import type { OpenOptions } from './collection';
import { openDrawn } from './drawn';
import { openFolder } from './folder';
import { fetchKaggle, type KaggleOptions } from './kaggle/dataset';
import { openTable } from './table';

export interface OpenPhotosOptions extends OpenOptions {
  /** Of a table: the column or columns with the group. Default `group`, where there is one. */
  readonly group?: string | readonly string[];
  /** Drawn pictures per genus. Default 40. */
  readonly drawn?: number;
  /** How a data set of Kaggle is downloaded. */
  readonly kaggle?: KaggleOptions;
}

/**
 * Labelled photos from anywhere.
 *
 * @param where `drawn`; `kaggle:owner/slug`; a `.zip`, `.csv` or `.json` file; or a folder with a folder per class.
 */
export async function openPhotos(
  where: string,
  options: OpenPhotosOptions = {},
): Promise<PhotoSet> {
  const { drawn = 40, kaggle, signal } = options;
  if (where === 'drawn') return openDrawn(drawn);
  if (where.startsWith('kaggle:')) {
    const folder = await fetchKaggle(where.slice('kaggle:'.length), {
      ...kaggle,
      ...(signal && { signal }),
    });
    return openFolder(await classFolder(folder), options);
  }
  if (/\.zip$/i.test(where)) return openArchive(where, options);
  if (/\.(csv|json)$/i.test(where)) return openTable(where, options);
  return openFolder(where, options);
}

/** The folder that holds the class folders: archives often wrap them in one more. */
async function classFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const only = entries.length === 1 ? entries[0]! : undefined;
  return only?.isDirectory() ? classFolder(join(folder, only.name)) : folder;
}
