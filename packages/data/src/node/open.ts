import { stat } from 'node:fs/promises';
import type { PhotoSet } from '../photo';
import { PhotoSetError } from './collection';
import { openFolder } from './folder';
import type { OpenPhotosOptions } from './sources/photo-source';
import { listPhotoSources, schemeOf, sourceOfEnding, sourceOfScheme } from './sources/table';

/**
 * Labeled photos from anywhere.
 *
 * @param where `kaggle:owner/slug`; a `.zip` file; a `.csv`, `.tsv`, `.json` or `.jsonl` table; a folder with a folder per class; or what
 *   was given to `registerPhotoSource`.
 * @throws PhotoSetError when there is nothing, or nothing that a source reads.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openPhotos('photos.zip', { leastPerClass: 20 });
 * console.log(classes, photos.length); // ['Amanita', 'Boletus'], 512
 * for (const { subject, reason } of findings) console.log(subject, reason);
 * ```
 */
export async function openPhotos(
  where: string,
  options: OpenPhotosOptions = {},
): Promise<PhotoSet> {
  const source = sourceOfScheme(where);
  if (source) return source(where, options);
  const found = await stat(where).catch(() => undefined);
  if (found?.isDirectory()) return openFolder(where, options);
  const reader = sourceOfEnding(where);
  if (reader) return reader(where, options);
  const scheme = schemeOf(where);
  if (!found && scheme === undefined) return openFolder(where, options);
  const what = found
    ? 'is a file that no source of photos reads'
    : `is not there, and no source of photos has the scheme '${scheme}'`;
  throw new PhotoSetError(
    `${where} ${what}. There are folders, and the sources ${listPhotoSources().join(', ')}; registerPhotoSource adds one.`,
  );
}
