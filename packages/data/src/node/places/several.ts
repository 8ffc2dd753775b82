import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Finding } from '../../photo';
import { type Candidate, PhotoSetError } from '../collection';
import { listFolder, listFolderFiles } from '../folder';
import { readLayout } from '../layout';
import { listedPlaced } from '../listed-photos';
import type { PhotoListing } from '../photo-listing';
import type { OpenPhotosOptions } from '../sources/photo-source';
import { shownAddress } from '../stores/http';
import { isSystem } from '../system-files';
import { isParquet, isRemote, isShard } from './addresses';
import { kindOfSet, listFileSet, originOf, photosOfShards } from './file-set';
import { labeled, namesBelow, type ShardedPhoto } from './labeled';
import { hasMetadata } from './metadata';
import { remoteFiles } from './remote-files';
import type { SetFile } from './set-file';
import { shownPlace, shownPlaces } from './shown';

/** Lists the labeled photos of archives and Parquet files, which are one set. */
export async function listShards(
  paths: readonly string[],
  options: OpenPhotosOptions,
): Promise<PhotoListing> {
  const places = paths.map(path => (isRemote(path) ? path : resolve(path)));
  const names = namesBelow(places.map(shownPlace));
  const files = places.map((place, index): SetFile => ({ name: names[index]!, place }));
  const findings: Finding[] = [];
  const photos: ShardedPhoto[] = [];
  const { signal } = options;
  for await (const photo of photosOfShards(files, findings, signal ? { signal } : {}))
    photos.push(photo);
  const first = shownPlace(places[0] ?? '');
  const where = places.length > 1 ? `${first} and ${places.length - 1} more` : first;
  return { where, listed: labeled(where, photos, findings, options) };
}

/** Lists what a place on a server lists. */
export async function listServer(where: string, options: OpenPhotosOptions): Promise<PhotoListing> {
  const files: SetFile[] = [];
  const { signal } = options;
  for await (const { name, address } of remoteFiles(where, signal ? { signal } : {}))
    files.push({ name, place: address });
  const shown = shownAddress(where);
  return { where: shown, listed: await listFileSet(shown, files, options) };
}

/** Lists a folder: as a set of files if it has metadata or only files that hold photos, otherwise by its folders. */
export async function listDirectory(
  where: string,
  options: OpenPhotosOptions,
): Promise<PhotoListing> {
  const root = resolve(where);
  const { files } = await listFolderFiles(root);
  const own = files.filter(({ name }) => !name.split('/').some(isSystem));
  const set = own.map(({ name, origin }): SetFile => ({ name, place: origin.path }));
  const isSet = 'shards' in kindOfSet(set) || (await hasMetadata(set));
  if (!isSet) return listFolder(where, options);
  return { where: root, listed: await listFileSet(root, set, options) };
}

/** Lists photos by their paths, whose folders are their classes. */
function listFiles(paths: readonly string[], options: OpenPhotosOptions): PhotoListing {
  const first = shownPlace(paths[0] ?? '');
  const where = paths.length > 1 ? `${first} and ${paths.length - 1} more photos` : first;
  const shownOf = shownPlaces();
  const files = paths.map(path => ({
    name: shownOf(path)
      .replaceAll('\\', '/')
      .replace(/^(\.?\/|[a-z]+:\/*)+/i, ''),
    origin: originOf(isRemote(path) ? path : resolve(path)),
  }));
  const layout = readLayout(files, where, options.givenSplit);
  return { where, listed: listedPlaced(where, layout.placed, layout.findings, options) };
}

/**
 * Lists several places as one set: folders, tables, archives, and photos whose folders are their classes. The names of photos begin with
 * the name of their place.
 *
 * @param list Lists one place that is neither an archive of the kind `.tar` nor a photo.
 */
export async function listSeveral(
  places: readonly string[],
  options: OpenPhotosOptions,
  kindOf: (place: string) => Promise<'set' | 'photo'>,
  list: (place: string) => Promise<PhotoListing>,
): Promise<PhotoListing> {
  const all = [...new Set(places)];
  const [shards, sets, photos]: [string[], string[], string[]] = [[], [], []];
  for (const place of all) {
    const isFolder = !isRemote(place) && (await stat(place).catch(() => undefined))?.isDirectory();
    if (isShard(place) && !isFolder) shards.push(place);
    else if ((await kindOf(place)) === 'photo') photos.push(place);
    else sets.push(place);
  }
  const listings: { readonly name: string; readonly listing: PhotoListing }[] = [];
  const names = namesBelow(
    sets.map(place => (isRemote(place) ? shownPlace(place) : resolve(place))),
  );
  for (const [index, place] of sets.entries())
    listings.push({ name: names[index]!, listing: await list(place) });
  // The two kinds of files may name their classes differently.
  for (const isKind of [isParquet, (place: string) => !isParquet(place)]) {
    const own = shards.filter(isKind);
    if (own.length > 0) listings.push({ name: '', listing: await listShards(own, options) });
  }
  if (photos.length > 0) listings.push({ name: '', listing: listFiles(photos, options) });
  if (listings.length === 0) throw new PhotoSetError('There are no photos: no place was given.');
  if (listings.length === 1) return listings[0]!.listing;
  const candidates = listings.flatMap(({ name, listing }) =>
    listing.listed.candidates.map(
      (photo): Candidate => (name === '' ? photo : { ...photo, id: `${name}/${photo.id}` }),
    ),
  );
  const findings = listings.flatMap(({ listing }) => listing.listed.findings ?? []);
  const where = `${listings[0]!.listing.where} and ${listings.length - 1} more`;
  return { where, listed: { candidates, findings } };
}
