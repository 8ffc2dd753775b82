import { openArchive } from '../archive';
import { openKaggle } from '../kaggle/open';
import { openTable } from '../table';
import type { PhotoSource } from './photo-source';

/** All sources of this package except folders, by a file extension (which begins with a dot) or by a scheme. */
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
 * Adds your own source to `openPhotos` and to every program that opens photos with it.
 *
 * @param key A file extension, such as `.tar` or `.tar.gz`, or a scheme, such as `s3` for `s3:bucket/photos`. It may
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
      `A source of photos cannot have the name ${JSON.stringify(key)}: use a file extension such as '.tar', or a scheme such as 's3'.`,
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
 * listPhotoSources(); // ['.csv', '.json', '.jsonl', '.ndjson', '.tsv', '.zip', 'kaggle']
 * ```
 */
export function listPhotoSources(): readonly string[] {
  return [...Object.keys(photoSources), ...registered.keys()];
}

/** The scheme at the beginning of a place. A single letter is a drive, not a scheme. */
export const schemeOf = (where: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):/.exec(where)?.[1];

export function sourceOfScheme(where: string): PhotoSource | undefined {
  const scheme = schemeOf(where);
  return scheme === undefined ? undefined : lookUp(scheme);
}

/** The source with the longest matching file extension. */
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
