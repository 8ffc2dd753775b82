import { join, resolve } from 'node:path';
import type { Pixels, StoredOrigin } from '@shroom/data';
import { findPhotos, type PlacedPhoto } from '@shroom/data/node';
import { isAddress } from './addresses';

/** A photo that `findPhotos` of `@shroom/data` has found, such as in an archive. */
export interface StoredPhoto {
  readonly name: string;
  readonly origin: StoredOrigin;
}

/** A photo: the path of a file, its bytes, a `File` or `Blob`, pixels, or a stored photo. */
export type PhotoInput = string | Uint8Array | ArrayBuffer | Blob | Pixels | StoredPhoto;

/**
 * Photos: one photo, a place of photos for `findPhotos` of `@shroom/data` (a file, a folder, a glob, an archive, `-`), or a list or a stream
 * of any of these.
 */
export type PhotoInputs = PhotoInput | Iterable<PhotoInput> | AsyncIterable<PhotoInput>;

/** One photo to classify. */
export interface NamedInput {
  /** The path, the file's name, or the position in the list that was given, from 1. */
  readonly name: string;
  readonly input: Exclude<PhotoInput, Blob | ArrayBuffer | StoredPhoto> | StoredOrigin;
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
      for await (const found of findPhotos(photo)) {
        const name = nameOf(found);
        const { origin } = found;
        const isNamed = origin.kind === 'file' && resolve(name) === origin.path;
        yield { name, input: isNamed ? name : origin };
      }
    } else if (isStored(photo)) {
      const { name, origin } = photo;
      yield { name, input: origin.kind === 'file' ? origin.path : origin };
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

/** The path of a photo as the caller began it, also below an archive. */
const nameOf = ({ place, name }: PlacedPhoto): string =>
  name === '' ? place : isAddress(place) ? addressBelow(place, name) : join(place, name);

const addressBelow = (place: string, name: string): string =>
  place.endsWith('/') ? `${place}${name}` : `${place}/${name}`;

const isStored = (photo: PhotoInput): photo is StoredPhoto =>
  typeof photo === 'object' && 'origin' in photo;

const isOne = (photos: PhotoInputs): photos is PhotoInput =>
  typeof photos === 'string' ||
  photos instanceof Uint8Array ||
  photos instanceof ArrayBuffer ||
  photos instanceof Blob ||
  (typeof photos === 'object' &&
    photos !== null &&
    (('data' in photos && 'height' in photos) || ('origin' in photos && 'name' in photos)));
