import { listArchivePhotos } from '../archive';
import { listKaggle } from '../kaggle/open';
import { collectPhotos } from '../listed-photos';
import { listPhotoIndex } from '../many/photo-index';
import { isShard, schemeOf } from '../places/addresses';
import { listHub } from '../places/hub-set';
import { listServer, listShards } from '../places/several';
import { listTable } from '../table';
import type { PhotoLister, PhotoSource } from './photo-source';

const listAddress: PhotoLister = (where, options) =>
  isShard(where) ? listShards([where], options) : listServer(where, options);

/** How the places of this package are listed, except folders, by a file extension (which begins with a dot) or by a scheme. */
export const photoListers = {
  '.csv': listTable,
  '.json': listTable,
  '.jsonl': listTable,
  '.ndjson': listTable,
  '.parquet': (where, options) => listShards([where], options),
  '.photos': listPhotoIndex,
  '.tar': (where, options) => listShards([where], options),
  '.tsv': listTable,
  '.zip': listArchivePhotos,
  hf: listHub,
  http: listAddress,
  kaggle: listKaggle,
  s3: listAddress,
} as const satisfies Record<string, PhotoLister>;

const registered = new Map<string, PhotoSource>();

/**
 * Adds your own source to `openPhotos` and to every program that opens photos with it.
 *
 * @param key A file extension, such as `.lmdb` or `.tar.gz`, or a scheme, such as `share` for `share:photos`. It may
 *   contain lower-case letters, digits, `+`, `-` and `.`; a scheme begins with a letter and has at least two characters. The
 *   key of another source is not allowed. Registering the same function again has no effect.
 * @throws RangeError when another source has the key.
 * @throws TypeError when the key is neither an extension nor a scheme, or when the source is not a function.
 * @example
 * ```ts
 * // share:mushrooms is on a network disk of all machines
 * registerPhotoSource('share', (where, options) =>
 *   openFolder(`/mnt/photos/${where.slice('share:'.length)}`, options),
 * );
 * const { classes, photos } = await openPhotos('share:mushrooms');
 * ```
 */
export function registerPhotoSource(key: string, source: PhotoSource): void {
  const other = lookUp(key);
  if (other === source) return;
  if (other)
    throw new RangeError(`A source of photos named '${key}' exists already. Choose another name.`);
  if (!/^(\.[a-z0-9+-][a-z0-9+.-]*|[a-z][a-z0-9+.-]+)$/.test(key))
    throw new TypeError(
      `A source of photos cannot have the name ${JSON.stringify(key)}: use a file extension such as '.lmdb', or a scheme such as 'share'.`,
    );
  if (typeof source !== 'function')
    throw new TypeError(`The source of photos '${key}' should be a function that opens photos.`);
  registered.set(key, source);
}

/**
 * File extensions and schemes of all sources of photos, beginning with those of this package.
 *
 * @example
 * ```ts
 * listPhotoSources(); // ['.csv', '.json', '.jsonl', '.ndjson', '.parquet', '.photos', '.tar', '.tsv', '.zip', 'hf', 'http', 'kaggle', 's3']
 * ```
 */
export function listPhotoSources(): readonly string[] {
  return [...Object.keys(photoListers), ...registered.keys()];
}

/** How a place of this package is listed. @returns `undefined` for a folder, a photo, or the place of another source. */
export function listerOf(where: string): PhotoLister | undefined {
  const key = keyOf(where);
  return key !== undefined && isOwn(key) ? photoListers[key] : undefined;
}

/** The source of a place. @returns `undefined` for a folder, and for what no source can open. */
export function sourceOf(where: string): PhotoSource | undefined {
  const key = keyOf(where);
  return key === undefined ? undefined : lookUp(key);
}

/** The scheme of a place if there is a source for it, otherwise the longest matching file extension. */
function keyOf(where: string): string | undefined {
  const scheme = schemeOf(where)?.replace(/^https$/, 'http');
  if (scheme !== undefined && lookUp(scheme)) return scheme;
  const endings = listPhotoSources().filter(
    key => key.startsWith('.') && where.toLowerCase().endsWith(key),
  );
  return endings.sort((a, b) => b.length - a.length)[0];
}

const isOwn = (key: string): key is keyof typeof photoListers => Object.hasOwn(photoListers, key);

/** The sources of this package: each lists photos, and reads every one of them. */
const own = new Map(
  Object.entries(photoListers as Record<string, PhotoLister>).map(([key, list]) => {
    const open: PhotoSource = async (where, options) => {
      const listing = await list(where, options);
      return collectPhotos(listing.where, listing.listed, options);
    };
    return [key, open] as const;
  }),
);

const lookUp = (key: string): PhotoSource | undefined => own.get(key) ?? registered.get(key);
