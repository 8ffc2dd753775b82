import { stat } from 'node:fs/promises';
import { listArchivePhotos } from './archive';
import { type ListedPhotos, PhotoSetError } from './collection';
import { listFolder } from './folder';
import type { OpenPhotosOptions } from './sources/photo-source';
import { listTable } from './table';

/** The photos of a place, none of which was read. */
export interface PhotoListing {
  /** Name of the place in errors. */
  readonly where: string;
  readonly listed: ListedPhotos;
}

/**
 * Lists labeled photos without reading them. `collectPhotos` makes a set of them, also from what other machines have found out about each.
 *
 * @param where A folder that holds a folder for each class, a `.zip` of one, or a `.csv`, `.tsv`, `.json` or `.jsonl` table.
 * @throws PhotoSetError when the place does not exist, or is of another kind.
 * @example
 * ```ts
 * const { where, listed } = await listPhotos('photos');
 * const found = new Map<string, ExaminedPhoto>();
 * for (const { id, origin } of listed.candidates) found.set(id, await examinePhoto(origin)); // or on many machines
 * const set = await collectPhotos(where, listed, { examined: id => found.get(id) });
 * ```
 */
export async function listPhotos(
  where: string,
  options: OpenPhotosOptions = {},
): Promise<PhotoListing> {
  const found = await stat(where).catch(() => undefined);
  if (found?.isDirectory()) return listFolder(where, options);
  if (found && /\.zip$/i.test(where)) return listArchivePhotos(where, options);
  if (found && /\.(csv|tsv|json|jsonl|ndjson)$/i.test(where)) return listTable(where, options);
  throw new PhotoSetError(
    `${where} ${found ? 'cannot be listed without reading it' : 'does not exist'}. Use a folder that holds a folder for each class, a .zip of one, or a table.`,
  );
}
