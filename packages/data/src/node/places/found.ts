import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Finding } from '../../photo';
import { compareText } from '../../text-order';
import { isDocument } from '../documents';
import { listFolderFiles } from '../folder';
import type { FoundPhoto } from '../found-photo';
import { isPhotoIndex, photosOfIndex } from '../many/photo-index';
import { listParquet } from '../parquet/list';
import type { RetryOptions } from '../stores/retrying';
import { isSystem } from '../system-files';
import { listTar } from '../tar/list';
import { isParquet, isPicture, isRemote, isShard } from './addresses';
import { type ExpandOptions, placesAtOnce } from './expand';
import { kindOfSet, originOf, photosOfShards } from './file-set';
import { hubFiles } from './hub-set';
import { remoteFiles } from './remote-files';
import { shownPlaces } from './shown';

export interface FindOptions extends ExpandOptions, RetryOptions {
  /** Gets problems that are found while listing. */
  readonly onFinding?: (finding: Finding) => void;
}

/** A photo, and the place that holds it. */
export interface PlacedPhoto extends FoundPhoto {
  /**
   * The place that holds it: a file, a folder or an address, without a password or a query, which may be a signature. The photo itself has the
   * name `''`.
   */
  readonly place: string;
}

/**
 * Finds photos without reading them, one after the other, so that any number of them can be listed. Classes are not needed.
 *
 * @param places Photos, folders, `.tar` archives, indexes of photos (`.photos`), addresses such as `s3://bucket/photos/` or of lists on a web server, globs, braces such as `shards-{000..099}.tar`, or `-` for a list on standard input. A photo that does not exist is found too: reading it fails.
 *
 * @throws PhotoSetError when there is no such archive. ArchiveError when an archive is damaged.
 * @example
 * ```ts
 * for await (const { place, name, origin } of findPhotos('shards-{000..099}.tar')) console.log(place, name, origin.kind);
 * ```
 */
export async function* findPhotos(
  places: string | Iterable<string>,
  options: FindOptions = {},
): AsyncGenerator<PlacedPhoto, void, undefined> {
  const given = typeof places === 'string' ? [places] : places;
  const shownOf = shownPlaces();
  for await (const some of placesAtOnce(given, options))
    for (let first = 0; first < some.length; first += atOnce) {
      const next = some.slice(first, first + atOnce);
      const files = await Promise.all(next.map(fileAt));
      for (const [index, place] of next.entries()) {
        options.signal?.throwIfAborted();
        const shown = shownOf(place);
        for await (const photo of photosIn(place, options, files[index]))
          yield { ...photo, place: shown };
      }
    }
}

/** Number of files that are looked at at the same time. A disk of a network answers slowly, but many at once. */
const atOnce = 32;

/** What is on the disk at a place that is no address. */
const fileAt = async (place: string): Promise<Stats | undefined> =>
  isRemote(place) ? undefined : await stat(resolve(place)).catch(() => undefined);

/** The photos in one place. @param found The file or folder there. */
async function* photosIn(
  place: string,
  options: FindOptions,
  found?: Stats,
): AsyncGenerator<FoundPhoto, void, undefined> {
  const { onFinding = () => {} } = options;
  // A folder may be named as an archive.
  if (isShard(place) && !found?.isDirectory()) {
    const findings: Finding[] = [];
    const path = isRemote(place) ? place : resolve(place);
    yield* isParquet(place) ? listParquet(path, options) : listTar(path, findings, options);
    for (const finding of findings) onFinding(finding);
    return;
  }
  if (isRemote(place)) {
    yield* photosOnServer(place, options);
    return;
  }
  const path = resolve(place);
  if (isPhotoIndex(place) && !found?.isDirectory()) {
    yield* photosOfIndex(path);
    return;
  }
  // Reading what does not exist will fail, and say so; what comes after it is found all the same.
  if (!found?.isDirectory()) {
    const bytes = found?.isFile() ? { bytes: found.size } : {};
    yield { name: '', origin: { kind: 'file', path }, ...bytes };
    return;
  }
  const { files, findings } = await listFolderFiles(path);
  const unread: string[] = [];
  for (const finding of findings) {
    const { subject } = finding;
    // A folder that cannot be listed, or a link that leads back to one. Reading a link to nothing will fail, and say so.
    const other = await stat(join(path, subject)).catch(() => undefined);
    if (other?.isDirectory()) onFinding(finding);
    else unread.push(subject);
  }
  for (const name of [...files.map(file => file.name), ...unread].sort(compareText)) {
    if (name.split('/').some(isSystem) || /\.tar\.index$/i.test(name)) continue;
    const file = join(path, name);
    if (!isShard(name)) yield { name, origin: { kind: 'file', path: file } };
    else
      for await (const photo of photosIn(file, options))
        yield { ...photo, name: `${name}/${photo.name}` };
  }
}

/** The photos that an address names or lists. */
async function* photosOnServer(
  place: string,
  options: FindOptions,
): AsyncGenerator<FoundPhoto, void, undefined> {
  if (isPicture(place)) {
    yield { name: '', origin: { kind: 'remote', path: place } };
    return;
  }
  if (place.startsWith('hf:')) {
    yield* photosOfHub(place, options);
    return;
  }
  for await (const { name, address, bytes } of remoteFiles(place, options)) {
    if (name.split('/').some(isSystem)) continue;
    if (isShard(address))
      for await (const photo of photosIn(address, options))
        yield { ...photo, name: `${name}/${photo.name}` };
    else if (!isDocument(name))
      yield {
        ...{ name, origin: { kind: 'remote', path: address } },
        ...(bytes !== undefined && { bytes }),
      };
  }
}

/** The photos of a data set of the hub. */
async function* photosOfHub(
  place: string,
  options: FindOptions,
): AsyncGenerator<FoundPhoto, void, undefined> {
  const { files } = await hubFiles(place, options);
  const kind = kindOfSet(files);
  if ('photos' in kind)
    for (const { name, place } of kind.photos) {
      if (!isDocument(name)) yield { name, origin: originOf(place) };
    }
  else {
    const findings: Finding[] = [];
    for await (const { shard, ...photo } of photosOfShards(kind.shards, findings, options))
      yield { ...photo, name: `${shard}/${photo.name}` };
    for (const finding of findings) options.onFinding?.(finding);
  }
}
