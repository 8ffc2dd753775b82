import { stat } from 'node:fs/promises';
import type { PhotoSet } from '../photo';
import { PhotoSetError } from './collection';
import { openFolder } from './folder';
import type { OpenPhotosOptions } from './sources/photo-source';
import { listPhotoSources, schemeOf, sourceOfEnding, sourceOfScheme } from './sources/table';

/**
 * Opens labeled photos from any source.
 *
 * @param where `kaggle:owner/slug`; a `.zip` file; a `.csv`, `.tsv`, `.json` or `.jsonl` table; a folder that holds a
 *   folder for each class; or a place that a source added by `registerPhotoSource` can open.
 * @throws PhotoSetError when the place does not exist, or when no source can open it.
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
    ? 'is a file that no source of photos can read'
    : `does not exist, and no source of photos has the scheme '${scheme}'`;
  throw new PhotoSetError(
    `${where} ${what}. Use a folder, or one of the sources ${listPhotoSources().join(', ')}; registerPhotoSource adds another source.`,
  );
}
