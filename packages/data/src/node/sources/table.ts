import { openArchive } from '../archive';
import { openKaggle } from '../kaggle/open';
import { openTable } from '../table';
import type { PhotoSource } from './photo-source';

/** Every source of this package but the folder: by the ending of a file, which begins with a dot, or by a scheme. */
export const photoSources = {
  '.csv': openTable,
  '.json': openTable,
  '.jsonl': openTable,
  '.ndjson': openTable,
  '.tsv': openTable,
  '.zip': openArchive,
  kaggle: openKaggle,
} as const satisfies Record<string, PhotoSource>;

const registered = new Map<string, PhotoSource>();

/**
 * Adds a source of your own, for `openPhotos` and every program that opens photos by it.
 *
 * @param key The ending of a file, such as `.tar` or `.tar.gz`, or a scheme, such as `s3` for `s3:bucket/photos`: small letters, digits, `+`,
 *   `-` and `.`; a scheme begins with a letter and has two or more. Not that of another source. Registering the same function again does nothing.
 * @throws RangeError when another source has the key.
 * @throws TypeError when it is neither an ending nor a scheme, or the source is no function.
 * @example
 * ```ts
 * // share:mushrooms, on a disk that all machines see
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
    throw new RangeError(`There is a source of photos '${key}' already. Choose another name.`);
  if (!/^(\.[a-z0-9+-][a-z0-9+.-]*|[a-z][a-z0-9+.-]+)$/.test(key))
    throw new TypeError(
      `A source of photos cannot have the name ${JSON.stringify(key)}: give an ending such as '.tar', or a scheme such as 's3'.`,
    );
  if (typeof source !== 'function')
    throw new TypeError(`The source of photos '${key}' should be a function that opens them.`);
  registered.set(key, source);
}

/**
 * Endings and schemes of all sources of photos, those of this package first.
 *
 * @example
 * ```ts
 * listPhotoSources(); // ['.csv', '.json', '.jsonl', '.ndjson', '.tsv', '.zip', 'kaggle']
 * ```
 */
export function listPhotoSources(): readonly string[] {
  return [...Object.keys(photoSources), ...registered.keys()];
}

/** The scheme that a place begins with. One letter is a drive. */
export const schemeOf = (where: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):/.exec(where)?.[1];

export function sourceOfScheme(where: string): PhotoSource | undefined {
  const scheme = schemeOf(where);
  return scheme === undefined ? undefined : lookUp(scheme);
}

/** By the longest ending that a source has. */
export function sourceOfEnding(where: string): PhotoSource | undefined {
  const endings = listPhotoSources().filter(
    key => key.startsWith('.') && where.toLowerCase().endsWith(key),
  );
  const [longest] = endings.sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : lookUp(longest);
}

const lookUp = (key: string): PhotoSource | undefined =>
  Object.hasOwn(photoSources, key)
    ? photoSources[key as keyof typeof photoSources]
    : registered.get(key);
