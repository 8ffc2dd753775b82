import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { compareText } from '@shroom/data';
import type { ListedPhotos } from '@shroom/data/node';
import { PhotoError } from '../errors';
import { eachPhoto } from '../photos/inputs';
import { Meter, type OnProgress } from '../progress';
import type { PlanEntry } from './schema';

/** The photos of a plan, and where their relative places begin. */
export interface Listing {
  readonly root: string;
  readonly entries: readonly PlanEntry[];
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
 * @param places Paths of photos, folders, or globs.
 * @throws PhotoError when there are no photos.
 */
export async function listPlaces(
  places: readonly string[],
  options: ListingOptions,
): Promise<Listing> {
  const [first = ''] = places;
  const isFolder = places.length === 1 && (await statOf(resolve(first)))?.isDirectory() === true;
  const root = isFolder ? resolve(first) : process.cwd();
  const paths = new Set<string>();
  for await (const { name } of eachPhoto(places)) paths.add(resolve(name));
  const entries = await measured(
    [...paths].map(path => ({ id: nameBelow(root, path) })),
    root,
    options,
  );
  if (entries.length === 0) throw new PhotoError(places.join(', '), 'there are no photos.');
  if (entries.every(({ bytes }) => bytes === undefined))
    throw new PhotoError(places.join(', '), 'there is no such photo or folder.');
  return { root, entries };
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
  const named = candidates.map((photo): PlanEntry => {
    const { id, origin, className, classNames, group, part } = photo;
    const path = nameBelow(root, origin.path);
    const isPlain = origin.kind === 'file' && path === id;
    return {
      id,
      ...(!isPlain && { from: { ...origin, path } }),
      class: className,
      ...(classNames && { classes: [...classNames] }),
      ...(group !== undefined && { group }),
      ...(part && { part }),
    };
  });
  // As in a set, whose photos are sorted by their names.
  named.sort((a, b) => compareText(a.id, b.id));
  return { root, entries: await measured(named, root, options) };
}

/** The path below a folder with `/` as separator, or the whole path of a file that is elsewhere. */
function nameBelow(root: string, path: string): string {
  const below = relative(root, path);
  const isBelow = below !== '' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return (isBelow ? below : path).replaceAll(sep, '/');
}

/** Number of files that are looked at at the same time. A disk of a network answers slowly, but many at once. */
const atOnce = 32;

/** Adds the sizes of files, and their hashes if asked for. The file of an entry is its id below the root. */
async function measured(
  entries: readonly PlanEntry[],
  root: string,
  { hash, onProgress, signal }: ListingOptions,
): Promise<PlanEntry[]> {
  const meter = new Meter('checking photos', 'files', onProgress);
  const found: PlanEntry[] = [];
  let [next, done] = [0, 0];
  const lane = async () => {
    while (next < entries.length) {
      signal?.throwIfAborted();
      const index = next++;
      const entry = entries[index]!;
      if (entry.from && entry.from.kind !== 'file') found[index] = entry;
      else {
        const path = typeof entry.from?.path === 'string' ? entry.from.path : entry.id;
        found[index] = {
          ...entry,
          ...(await factsOf(isAbsolute(path) ? path : join(root, path), hash)),
        };
      }
      meter.update(++done, entries.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, lane));
  return found;
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
