import { stat } from 'node:fs/promises';
import { PhotoSetError } from './collection';
import type { PhotoListing } from './photo-listing';
import { isPicture, isRemote } from './places/addresses';
import { expandPlaces, isPattern } from './places/expand';
import { listDirectory, listSeveral } from './places/several';
import type { OpenPhotosOptions } from './sources/photo-source';
import { listerOf } from './sources/table';

/**
 * Lists labeled photos without reading them. `collectPhotos` makes a set of them, also from what other machines have found out about each.
 *
 * @param where One or several places, as for `openPhotos`, but none that a source added by `registerPhotoSource` opens.
 * @throws PhotoSetError when a place does not exist, or is of another kind.
 * @example
 * ```ts
 * const { where, listed } = await listPhotos('photos');
 * const found = new Map<string, ExaminedPhoto>();
 * for (const { id, origin } of listed.candidates) found.set(id, await examinePhoto(origin)); // or on many machines
 * const set = await collectPhotos(where, listed, { examined: id => found.get(id) });
 * ```
 */
export async function listPhotos(
  where: string | readonly string[],
  options: OpenPhotosOptions = {},
): Promise<PhotoListing> {
  const places = typeof where === 'string' ? [where] : where;
  const [first] = places;
  if (places.length === 1 && !isPattern(first!)) return listPlace(first!, options);
  const all: string[] = [];
  for await (const place of expandPlaces(places)) all.push(place);
  return listSeveral(all, options, kindOf, place => listPlace(place, options));
}

async function kindOf(place: string): Promise<'set' | 'photo'> {
  if (isRemote(place)) return isPicture(place) ? 'photo' : 'set';
  if (listerOf(place)) return 'set';
  return (await stat(place).catch(() => undefined))?.isFile() ? 'photo' : 'set';
}

async function listPlace(where: string, options: OpenPhotosOptions): Promise<PhotoListing> {
  const lister = listerOf(where);
  const found = await stat(where).catch(() => undefined);
  if (found?.isDirectory()) return listDirectory(where, options);
  if (lister) return lister(where, options);
  throw new PhotoSetError(
    `${where} ${found ? 'cannot be listed without reading it' : 'does not exist'}. Use a folder that holds a folder for each class, a .zip of one, a .tar, a .parquet, or a table.`,
  );
}
