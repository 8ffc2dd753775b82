import { stat } from 'node:fs/promises';
import type { PhotoSet } from '../photo';
import { PhotoSetError } from './collection';
import { openFolder } from './folder';
import { collectPhotos } from './listed-photos';
import { listPhotos } from './listing';
import { schemeOf } from './places/addresses';
import { isPattern } from './places/expand';
import type { OpenPhotosOptions } from './sources/photo-source';
import { listPhotoSources, sourceOf } from './sources/table';

/**
 * Opens labeled photos from any source.
 *
 * @param where A folder that holds a folder for each class; a `.zip` file of one; `.tar` archives of WebDataset; `.parquet` files with a column of photos; an index of photos (`.photos`); a `.csv`, `.tsv`, `.json`
 *   or `.jsonl` table; `kaggle:owner/slug`; `hf:datasets/owner/name`; a folder of
 *   a web server or of S3; or a place that a source added by `registerPhotoSource` can open. Several places, globs, braces
 *   such as `shards-{000..099}.tar`, and `-`, a list on standard input, are one set.
 * @throws PhotoSetError when the place does not exist, or when no source can open it.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openPhotos('photos.zip', { leastPerClass: 20 });
 * console.log(classes, photos.length); // ['Amanita', 'Boletus'], 512
 * for (const { subject, reason } of findings) console.log(subject, reason);
 * ```
 */
export async function openPhotos(
  where: string | readonly string[],
  options: OpenPhotosOptions = {},
): Promise<PhotoSet> {
  const places = typeof where === 'string' ? [where] : where;
  const [place] = places;
  if (places.length === 1 && !isPattern(place!)) return openPlace(place!, options);
  const listing = await listPhotos(places, options);
  return collectPhotos(listing.where, listing.listed, options);
}

async function openPlace(where: string, options: OpenPhotosOptions): Promise<PhotoSet> {
  const scheme = schemeOf(where);
  const source = sourceOf(where);
  const found = await stat(where).catch(() => undefined);
  if (found?.isDirectory()) {
    const listing = await listPhotos(where, options);
    return collectPhotos(listing.where, listing.listed, options);
  }
  if (source) return source(where, options);
  if (!found && scheme === undefined) return openFolder(where, options);
  const what = found
    ? 'is a file that no source of photos can read'
    : `does not exist, and no source of photos has the scheme '${scheme}'`;
  throw new PhotoSetError(
    `${where} ${what}. Use a folder, or one of the sources ${listPhotoSources().join(', ')}; registerPhotoSource adds another source.`,
  );
}
