import { partNamed } from '../../given-split';
import type { RemoteOrigin, StoredOrigin } from '../../origin';
import type { Finding } from '../../photo';
import { type ListedPhotos, PhotoSetError } from '../collection';
import { isDocument } from '../documents';
import { readLayout } from '../layout';
import { listedPlaced } from '../listed-photos';
import { listParquet } from '../parquet/list';
import type { OpenPhotosOptions } from '../sources/photo-source';
import type { RetryOptions } from '../stores/retrying';
import { listTar } from '../tar/list';
import { isRemote } from './addresses';
import { labeled, type ShardedPhoto } from './labeled';
import { factsBeside, isMetadata } from './metadata';
import type { SetFile } from './set-file';

export const originOf = (place: string): StoredOrigin | RemoteOrigin =>
  isRemote(place) ? { kind: 'remote', path: place } : { kind: 'file', path: place };

/** Yields the photos of the files that hold many, with their parts. */
export async function* photosOfShards(
  files: readonly SetFile[],
  findings: Finding[],
  options: RetryOptions,
): AsyncGenerator<ShardedPhoto, void, undefined> {
  for (const { name, place, split } of files) {
    const photos = /\.parquet$/i.test(name)
      ? listParquet(place, options)
      : listTar(place, findings, options);
    const part = split === undefined ? undefined : partNamed(split);
    for await (const photo of photos) yield { ...photo, shard: name, ...(part && { part }) };
  }
}

/** What a set of files consists of, by the rules of the library `datasets`: Parquet, archives, or photos. */
export function kindOfSet(
  files: readonly SetFile[],
): { readonly shards: readonly SetFile[] } | { readonly photos: readonly SetFile[] } {
  const photos = files.filter(({ name }) => !isDocument(name));
  const of = (ending: RegExp) => files.filter(({ name }) => ending.test(name) && !isMetadata(name));
  const [parquet, tars] = [of(/\.parquet$/i), of(/\.tar$/i)];
  if (photos.length === 0 && parquet.length > 0) return { shards: parquet };
  if (photos.length === 0 && tars.length > 0) return { shards: tars };
  return { photos: files };
}

/**
 * Lists the labeled photos of a set of files: rows of Parquet, samples of archives, photos with `metadata.csv`, `.jsonl` or `.parquet`, or
 * photos in folders named after their classes.
 *
 * @param where Name of the set in errors.
 */
export async function listFileSet(
  where: string,
  files: readonly SetFile[],
  options: OpenPhotosOptions,
): Promise<ListedPhotos> {
  const kind = kindOfSet(files);
  const findings: Finding[] = [];
  const { signal } = options;
  const photos: ShardedPhoto[] = [];
  if ('shards' in kind) {
    for await (const photo of photosOfShards(kind.shards, findings, signal ? { signal } : {}))
      photos.push(photo);
    return labeled(where, photos, findings, options);
  }
  if (!kind.photos.some(({ name }) => isMetadata(name))) {
    const named = kind.photos.map(({ name, place }) => ({ name, origin: originOf(place) }));
    const layout = readLayout(named, where, options.givenSplit);
    return listedPlaced(where, layout.placed, layout.findings, options);
  }
  const facts = await factsBeside(kind.photos, where, signal ? { signal } : {});
  const without: string[] = [];
  for (const { name, place, split } of kind.photos) {
    if (isDocument(name)) continue;
    const row = facts.get(name);
    const part = partNamed(split ?? name.split('/')[0]!);
    if (!row) without.push(name);
    else photos.push({ name, shard: '', origin: originOf(place), row, ...(part && { part }) });
  }
  if (without.length > 0)
    findings.push({
      kind: 'quarantined',
      subject: `${without.length} ${without.length === 1 ? 'photo' : 'photos'}`,
      reason: `not in the metadata, such as '${without[0]}'; left out`,
    });
  if (photos.length === 0)
    throw new PhotoSetError(
      `${where}: no photo is in the metadata, which should name them in 'file_name'.`,
    );
  // A file of metadata switches labels by folders off.
  return labeled(where, photos, findings, options, true);
}
