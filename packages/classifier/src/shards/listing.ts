import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { compareText } from '@shroom/data';
import {
  type Candidate,
  findPhotos,
  isOfTheFile,
  type ListedPhotos,
  type PlacedPhoto,
  readBytes,
} from '@shroom/data/node';
import { PhotoError } from '../errors';
import { isAddress, shownPlaces } from '../photos/addresses';
import { Meter, type OnProgress } from '../progress';
import { photosOf } from './photos';
import type { PlanEntry } from './schema';

/** The photos of a plan, and where their relative places begin. */
export interface Listing {
  readonly root: string;
  /** The photos one after the other, as millions of them need not be in memory. */
  readonly entries: AsyncIterable<PlanEntry>;
}

export interface ListingOptions {
  /** Whether the bytes of all photos are hashed. */
  readonly hash: boolean;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists photos without decoding them. Each file is listed once, in the order of the places.
 *
 * @param places Places for `findPhotos` of `@shroom/data`.
 * @throws PhotoError while it is read, when there are no photos.
 */
export async function listPlaces(
  places: readonly string[],
  options: ListingOptions,
): Promise<Listing> {
  const [first = ''] = places;
  const isFolder = places.length === 1 && (await statOf(resolve(first)))?.isDirectory() === true;
  const root = isFolder ? resolve(first) : process.cwd();
  async function* found(): AsyncGenerator<PlanEntry, void, undefined> {
    const files = new Set<string>();
    const { signal } = options;
    for await (const photo of findPhotos(places, signal && { signal })) {
      const { origin, name, bytes, sha256 } = photo;
      const hash = sha256 === undefined ? {} : { sha256 };
      const path = nameBelow(root, origin.path);
      if (origin.kind !== 'file')
        yield {
          id: photoBelow(root, photo),
          from: { ...origin, path },
          ...(bytes !== undefined && { bytes }),
          ...hash,
        };
      else if (!files.has(path)) {
        files.add(path);
        const isKnown = name === '' || sha256 !== undefined;
        yield { id: path, ...(isKnown && bytes !== undefined && { bytes }), ...hash };
      }
    }
  }
  async function* measuredPhotos() {
    let [count, known] = [0, 0];
    for await (const entry of measured(found(), root, options)) {
      count++;
      if (entry.bytes !== undefined || isElsewhere(entry)) known++;
      yield entry;
    }
    if (count === 0) throw new PhotoError(shownPlaces(places), 'there are no photos.');
    if (known === 0) throw new PhotoError(shownPlaces(places), 'there is no such photo or folder.');
  }
  return { root, entries: measuredPhotos() };
}

/** The name of a photo in an archive or on a server. */
function photoBelow(root: string, { place, name }: PlacedPhoto): string {
  const path = isAddress(place) ? place : nameBelow(root, resolve(place));
  return name === '' ? path : `${path.replace(/\/$/, '')}/${name}`;
}

/**
 * The entries of labeled photos that were listed.
 *
 * @param root Where relative places begin.
 * @throws PhotoError when there are no photos.
 */
export async function listLabeled(
  { candidates }: ListedPhotos,
  root: string,
  options: ListingOptions,
): Promise<Listing> {
  if (candidates.length === 0) throw new PhotoError(root, 'there are no photos.');
  const entryOf = (photo: Candidate): PlanEntry => {
    const { id, origin, className, classNames, group, part, columns, known } = photo;
    const path = nameBelow(root, origin.path);
    const bytes = origin.kind === 'tar' ? { bytes: origin.size } : {};
    const isPlain = origin.kind === 'file' && path === id;
    return {
      id,
      ...(!isPlain && { from: { ...origin, path } }),
      class: className,
      ...(classNames && { classes: [...classNames] }),
      ...(group !== undefined && { group }),
      ...(part && { part }),
      ...(columns && { columns: { ...columns } }),
      ...(known && known.problem === undefined && { sha256: known.sha256 }),
      ...bytes,
    };
  };
  async function* entries() {
    let last = '';
    // As in a set, photos are sorted by their names. Those of an index are, and are made when they are asked for: a list of all of them
    // would need gigabytes.
    const isSorted = candidates.every(({ id }, index) => {
      const follows = index === 0 || compareText(last, id) <= 0;
      last = id;
      return follows;
    });
    const sorted = isSorted ? candidates : [...candidates].sort((a, b) => compareText(a.id, b.id));
    for (const photo of sorted) yield entryOf(photo);
  }
  return { root, entries: measured(entries(), root, options, candidates.length) };
}

/** The path below a folder with `/` as separator, or the whole path of a file that is elsewhere. */
function nameBelow(root: string, path: string): string {
  if (isAddress(path)) return path;
  const below = relative(root, path);
  const isBelow = below !== '' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return (isBelow ? below : path).replaceAll(sep, '/');
}

/** Whether a photo is no file of its own on the disk. */
export const isElsewhere = ({ from }: PlanEntry): boolean =>
  from !== undefined && from.kind !== 'file';

/** Number of files that are looked at at the same time. A disk of a network answers slowly, but many at once. */
const atOnce = 32;

/** Adds the sizes of files, and their hashes if asked for. @param total Number of photos, if it is known. */
async function* measured(
  entries: AsyncIterable<PlanEntry>,
  root: string,
  { hash, onProgress, signal }: ListingOptions,
  total?: number,
): AsyncGenerator<PlanEntry, void, undefined> {
  const meter = new Meter('checking photos', 'files', onProgress);
  const waiting: Promise<PlanEntry>[] = [];
  let done = 0;
  const next = async () => {
    const entry = await waiting.shift()!;
    meter.update(++done, total ?? done + waiting.length);
    return entry;
  };
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const measuring = withFacts(entry, root, hash, signal);
    // It is awaited in its turn. Until then, a rejection must not count as unhandled.
    measuring.catch(() => {});
    waiting.push(measuring);
    if (waiting.length === atOnce) yield await next();
  }
  while (waiting.length > 0) yield await next();
}

async function withFacts(
  entry: PlanEntry,
  root: string,
  hash: boolean,
  signal: AbortSignal | undefined,
): Promise<PlanEntry> {
  const isHashed = !hash || entry.sha256 !== undefined;
  if (isHashed && entry.bytes !== undefined) return entry;
  const [photo] = photosOf('the plan', [entry], root, 0);
  const { origin } = photo!;
  if (origin.kind !== 'file') {
    if (isHashed) return entry;
    const bytes = await readBytes(origin, signal && { signal }).catch((error: unknown) => {
      if (!isOfTheFile(error)) throw error;
    });
    return bytes ? { ...entry, sha256: createHash('sha256').update(bytes).digest('hex') } : entry;
  }
  return { ...entry, ...(await factsOf(origin.path, !isHashed)) };
}

async function factsOf(path: string, hash: boolean): Promise<Pick<PlanEntry, 'bytes' | 'sha256'>> {
  const facts = await statOf(path);
  if (!facts?.isFile()) return {};
  if (!hash) return { bytes: facts.size };
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return { bytes: facts.size, sha256: digest.digest('hex') };
}

const statOf = (path: string) => stat(path).catch(() => undefined);
