import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pixels } from '@shroom/data';
import { glob, isDynamicPattern } from 'tinyglobby';

/** A photo: the path of a file, its bytes, a `File` or `Blob`, or pixels. */
export type PhotoInput = string | Uint8Array | ArrayBuffer | Blob | Pixels;

/** Photos: the path of a file or a folder, a glob, one photo, or a list or a stream of any of these. */
export type PhotoInputs = PhotoInput | Iterable<PhotoInput> | AsyncIterable<PhotoInput>;

/** One photo to classify. */
export interface NamedInput {
  /** The path, the file's name, or the position in the list that was given, from 1. */
  readonly name: string;
  readonly input: Exclude<PhotoInput, Blob | ArrayBuffer>;
}

/**
 * Yields photos one after the other. Folders and globs yield all of their files in the order of their names, also those that
 * links lead to. A path that does not exist is
 * yielded unchanged.
 *
 * @throws TypeError when `photos` has another type, such as undefined.
 */
export async function* eachPhoto(photos: PhotoInputs): AsyncGenerator<NamedInput, void, undefined> {
  let place = 0;
  for await (const photo of listed(photos)) {
    place += 1;
    if (typeof photo === 'string') {
      for await (const path of filesAt(photo)) yield { name: path, input: path };
    } else if (photo instanceof Blob) {
      const name =
        'name' in photo && typeof photo.name === 'string' ? photo.name : `photo ${place}`;
      yield { name, input: new Uint8Array(await photo.arrayBuffer()) };
    } else {
      const input = photo instanceof ArrayBuffer ? new Uint8Array(photo) : photo;
      yield { name: `photo ${place}`, input };
    }
  }
}

function listed(photos: PhotoInputs): Iterable<PhotoInput> | AsyncIterable<PhotoInput> {
  if (isOne(photos)) return [photos];
  if (typeof photos === 'object' && photos !== null) {
    if (Symbol.iterator in photos || Symbol.asyncIterator in photos) return photos;
  }
  const received = photos === null ? 'null' : typeof photos;
  throw new TypeError(
    `Photos should be paths, bytes, Files, pixels, or a list or a stream of these, not ${received}.`,
  );
}

const isOne = (photos: PhotoInputs): photos is PhotoInput =>
  typeof photos === 'string' ||
  photos instanceof Uint8Array ||
  photos instanceof ArrayBuffer ||
  photos instanceof Blob ||
  (typeof photos === 'object' && photos !== null && 'data' in photos && 'height' in photos);

async function* filesAt(path: string): AsyncGenerator<string, void, undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) yield path;
  else if (found?.isDirectory()) {
    yield* (await filesBelow(path, [])).sort();
  } else {
    const pattern = path.replaceAll('\\', '/');
    const matches = isDynamicPattern(pattern) ? (await glob(pattern)).sort() : [];
    // A path that does not exist is yielded too: reading it will fail later, and the photos after it are still classified.
    yield* matches.length === 0 ? [path] : matches;
  }
}

/** Files and folders that operating systems leave behind, and hidden ones. */
const ofSystem = /^(\.|(thumbs\.db|desktop\.ini|__macosx)$)/i;

/** The files below a folder, also those that links lead to. @param above Real paths of the folders above, to which a link may lead back. */
async function filesBelow(folder: string, above: readonly string[]): Promise<string[]> {
  const real = await realpath(folder);
  if (above.includes(real)) return [];
  const files: string[] = [];
  for (const name of await readdir(folder)) {
    if (ofSystem.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) files.push(...(await filesBelow(path, [...above, real])));
    // A link to nothing is listed too: reading it will fail, and say so.
    else if (!found || found.isFile()) files.push(path);
  }
  return files;
}
