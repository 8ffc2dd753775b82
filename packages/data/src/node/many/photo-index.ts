import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lazyList } from '../../lazy-list';
import type { StoredOrigin } from '../../origin';
import { TextIndex } from '../../text-index';
import { compareText } from '../../text-order';
import { pathBelow } from '../below';
import { type Candidate, PhotoSetError } from '../collection';
import type { ExaminedPhoto } from '../examination';
import type { FoundPhoto } from '../found-photo';
import type { PhotoListing } from '../photo-listing';
import { isOnServer } from '../places/addresses';
import { damaged, indexVersion, openIndex, type PhotoIndexHead } from './index-file';
import type { Line } from './line';
import { type KnownCandidate, PhotoColumns, type Writable } from './photo-columns';

/** A photo of an index: where it is, its class, and what reading its file has told. */
export interface IndexedPhoto extends Omit<Candidate, 'className' | 'known'> {
  /** Absent if the photos have no classes. */
  readonly className?: string;
  readonly examined: ExaminedPhoto;
}

/** Whether a file is an index of photos. */
export const isPhotoIndex = (where: string): boolean => /\.photos$/i.test(where);

/**
 * Writes an index of photos: a file of JSON lines with the place, the class and the hash of each photo, from which `openPhotos` opens a
 * million of them in seconds, as it reads none. Paths of photos below the folder of the index are relative to it.
 *
 * @param path Path of the index, which should end with `.photos`.
 * @param photos If they have classes, in the order of their names, each once. Names are compared by code units, as `<` does.
 * @returns How many photos have the same bytes as one before them.
 * @throws PhotoSetError when the photos are not in order, or are more or fewer than the head says. Nothing is then written.
 * @example
 * ```ts
 * const { listed } = await listPhotos('photos');
 * async function* photos() {
 *   const sorted = [...listed.candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
 *   for (const photo of sorted) yield { ...photo, examined: await examinePhoto(photo.origin) };
 * }
 * await writePhotoIndex('pets.photos', { photos: listed.candidates.length, findings: [] }, photos());
 * const { classes } = await openPhotos('pets.photos');
 * ```
 */
export async function writePhotoIndex(
  path: string,
  head: PhotoIndexHead,
  photos: AsyncIterable<IndexedPhoto>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly copies: number }> {
  const where = resolve(path);
  if (!isPhotoIndex(where))
    throw new RangeError(`The name of an index, '${path}', should end with .photos.`);
  const hashes = Buffer.alloc(32 * head.photos);
  const hashOf = (number: number) => hashes.toString('hex', 32 * number, 32 * number + 32);
  const firsts = new TextIndex(head.photos, hashOf);
  let copies = 0;
  const folder = dirname(where);
  const part = `${where}.${randomUUID()}.part`;
  async function* lines() {
    yield `${JSON.stringify({ format: 'shroom-photos', version: indexVersion, ...head })}\n`;
    let [count, last] = [0, ''];
    for await (const photo of photos) {
      const { id, className, examined } = photo;
      if (className !== undefined) requireNext(where, count, last, id);
      last = id;
      const line = lineOf(photo, folder);
      const number = count++;
      let first = number;
      if (examined.problem === undefined) {
        hashes.write(examined.sha256, 32 * number, 'hex');
        first = firsts.firstOf(examined.sha256, number);
      }
      if (first !== number) copies++;
      yield `${JSON.stringify(first === number ? line : { ...line, copyOf: first })}\n`;
    }
    if (count !== head.photos)
      throw new PhotoSetError(`${where}: there are ${count} photos, not ${head.photos}.`);
  }
  await mkdir(folder, { recursive: true });
  try {
    await pipeline(lines, createWriteStream(part, { flags: 'wx' }), options);
    await rename(part, where);
    return { copies };
  } finally {
    await rm(part, { force: true });
  }
}

function lineOf(
  { id, origin, className, classNames, examined, ...facts }: IndexedPhoto,
  base: string,
): Line {
  const below = isOnServer(origin) ? undefined : pathBelow(base, origin.path);
  const path = below?.replaceAll(sep, '/') ?? origin.path;
  const isPlain = origin.kind === 'file' && path === id;
  const line: Line = {
    ...{ id, ...(!isPlain && { from: { ...origin, path } }) },
    ...(className !== undefined && { class: className }),
    ...(classNames && { classes: classNames }),
    ...facts,
  };
  if (examined.problem !== undefined) return { ...line, problem: examined.problem };
  const { sketch: _, converted, ...seen } = examined;
  return { ...line, ...seen, ...(converted.length > 0 && { converted }) };
}

/** @throws PhotoSetError when a photo does not come after the one before it. */
function requireNext(where: string, number: number, last: string, id: string): void {
  if (number > 0 && compareText(last, id) >= 0)
    throw new PhotoSetError(
      `${where}: '${id}' comes after '${last}'. Photos of an index are in the order of their names, each once.`,
    );
}

/** Yields the photos of an index with their sizes and hashes. @throws PhotoSetError when it is missing or damaged. */
export async function* photosOfIndex(where: string): AsyncGenerator<FoundPhoto, void, undefined> {
  const { lines, folder } = await openIndex(where);
  let last: string | undefined;
  for await (const some of lines)
    for (const line of some) {
      const { id, bytes, sha256 } = line;
      // Without classes, photos are in the order in which they were found.
      if (last !== undefined && (line.class !== undefined || last === id))
        requireNext(where, 1, last, id);
      last = id;
      yield {
        ...{ name: id, origin: originIn(line, folder) },
        ...(bytes !== undefined && { bytes }),
        ...(sha256 !== undefined && { sha256 }),
      };
    }
}

/**
 * Lists the photos of an index. They are kept as columns, and made whenever they are asked for.
 *
 * @throws PhotoSetError when it is missing or damaged, or its photos have no classes.
 */
export async function listPhotoIndex(
  where: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<PhotoListing> {
  const path = resolve(where);
  const { head, lines, folder } = await openIndex(path);
  const columns = new PhotoColumns(head.photos);
  let last = '';
  for await (const some of lines) {
    signal?.throwIfAborted();
    for (const line of some) {
      requireNext(path, columns.length, last, line.id);
      last = line.id;
      columns.add(candidateOf(line, path, folder));
    }
  }
  const candidates = lazyList<Candidate>(columns.length, index => columns.at(index), {
    id: index => columns.idOf(index),
    known: index => columns.knownOf(index),
    className: index => columns.factsOf(index).className,
    classNames: index => columns.factsOf(index).classNames,
    part: index => columns.factsOf(index).part,
  });
  const { findings, expected } = head;
  return {
    where: path,
    listed: { candidates, findings, ...(expected !== undefined && { expected }) },
  };
}

const none: readonly string[] = [];

function candidateOf(line: Line, where: string, folder: string): KnownCandidate {
  const { id, class: className, classes, group, part, columns, sha256, problem } = line;
  if (className === undefined)
    throw new PhotoSetError(
      `${where}: '${id}' has no class. Make the index of labeled photos, with --labeled.`,
    );
  if (problem === undefined && !/^[0-9a-f]{64}$/.test(sha256 ?? '')) throw damaged(where, id);
  const { converted = none } = line;
  const photo: Writable = {
    id,
    className,
    origin: originIn(line, folder),
    known: problem === undefined ? { sha256: sha256!, converted } : { problem },
  };
  if (classes) photo.classNames = classes;
  if (group !== undefined) photo.group = group;
  if (part) photo.part = part;
  if (columns) photo.columns = columns;
  return photo;
}

function originIn({ id, from = { kind: 'file', path: id } }: Line, folder: string): StoredOrigin {
  const { path } = from;
  // Joining is slow, and the parts have no dots. So is copying, and the line is nobody else's.
  if (isAbsolute(path) || isOnServer(from)) return from;
  return Object.assign(from, { path: `${folder}/${path}` });
}
