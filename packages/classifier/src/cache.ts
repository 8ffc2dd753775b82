import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder, listWeightsCache, pruneWeightsCache } from '@shroom/models/node';
import { listFeatures, pruneFeatures } from '@shroom/train/node';
import { classifiersFolder } from './file/locate';

/** Something that is kept on the disk, and that is downloaded or computed again when it is missing. */
export interface CacheEntry {
  /** Pretrained weights, features of photos, or a classifier that was downloaded or unpacked. */
  readonly kind: 'weights' | 'features' | 'classifier';
  /** Source of the weights, otherwise the name of the file or folder. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: Date;
}

export interface PruneCacheOptions {
  /** Removes what was not used for longer than this, in milliseconds. */
  readonly unusedFor?: number;
  /** Then removes the least recently used entries until at most this many bytes are left. */
  readonly mostBytes?: number;
  /** Only reports what would be removed. Default false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface PrunedCache {
  readonly removed: readonly CacheEntry[];
  readonly kept: readonly CacheEntry[];
  /** Total size of the removed entries, in bytes. */
  readonly freed: number;
}

/** Entries that were used within this time, in milliseconds, are kept, because a process may be about to open them. */
const justUsed = 60_000;

const featuresFolder = () => join(cacheFolder(), 'features');

/**
 * Lists what this package and `@shroom/models` keep in the cache: pretrained weights, features of photos, and classifiers that were downloaded
 * or unpacked. The least recently used entry comes first.
 *
 * @example
 * ```ts
 * for (const { kind, name, bytes } of await listCache()) console.log(kind, name, bytes);
 * ```
 */
export async function listCache(): Promise<CacheEntry[]> {
  const [weights, features, classifiers] = await Promise.all([
    listWeightsCache(),
    listFeatures(featuresFolder()),
    listClassifiers(),
  ]);
  const all: CacheEntry[] = [
    ...weights.map(({ source, path, bytes, usedAt }) => {
      return { kind: 'weights' as const, name: source, path, bytes, usedAt };
    }),
    ...features.map(({ path, bytes, usedAt }) => {
      return { kind: 'features' as const, name: basename(path), path, bytes, usedAt };
    }),
    ...classifiers,
  ];
  return all.sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

/**
 * Removes entries of the cache by their last use, or until they occupy at most a number of bytes. Entries that were used within the last minute
 * are kept, and files of others, such as those that Python has put into the hub's cache, are never touched.
 *
 * @throws RangeError when no option says what to remove.
 * @example
 * ```ts
 * const { freed } = await pruneCache({ unusedFor: 30 * 24 * 3600e3, mostBytes: 5e9 });
 * ```
 */
export async function pruneCache(options: PruneCacheOptions): Promise<PrunedCache> {
  const { unusedFor, mostBytes, dryRun = false, signal } = options;
  const limits = [unusedFor, mostBytes].filter(limit => limit !== undefined);
  if (limits.length === 0 || limits.some(limit => !(limit >= 0)))
    throw new RangeError('Give unusedFor or mostBytes, 0 or more, to say what should be removed.');
  const entries = await listCache();
  const chosen = chooseToRemove(entries, options);
  const last = Math.max(...chosen.map(({ usedAt }) => usedAt.getTime()));
  if (!dryRun && chosen.length > 0) {
    // Everything that was last used up to then: the entries are sorted by their last use.
    const idle = { unusedFor: Math.max(0, Date.now() - last - 1) };
    await pruneWeightsCache({ ...idle, ...(signal && { signal }) });
    await pruneFeatures(featuresFolder(), idle);
    for (const { kind, path } of chosen)
      if (kind === 'classifier') await rm(path, { recursive: true, force: true });
  }
  const left = new Set(dryRun ? [] : (await listCache()).map(({ path }) => path));
  const removed = chosen.filter(({ path }) => !left.has(path));
  const kept = entries.filter(entry => !removed.includes(entry));
  return { removed, kept, freed: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The least recently used entries that the limits exclude. @param entries Sorted, the least recently used first. */
function chooseToRemove(
  entries: readonly CacheEntry[],
  { unusedFor = Number.POSITIVE_INFINITY, mostBytes = Number.POSITIVE_INFINITY }: PruneCacheOptions,
): CacheEntry[] {
  const now = Date.now();
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const chosen: CacheEntry[] = [];
  for (const entry of entries) {
    const age = now - entry.usedAt.getTime();
    if (age <= justUsed || (age <= unusedFor && left <= mostBytes)) break;
    chosen.push(entry);
    left -= entry.bytes;
  }
  return chosen;
}

async function listClassifiers(): Promise<CacheEntry[]> {
  const folder = classifiersFolder();
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names
      .filter(name => /^[0-9a-f]{64}$/.test(name))
      .map(async (name): Promise<CacheEntry> => {
        const path = join(folder, name);
        const entries = await readdir(path, { recursive: true, withFileTypes: true });
        const files = entries.filter(entry => entry.isFile());
        const facts = await Promise.all(
          files.map(entry => stat(join(entry.parentPath, entry.name))),
        );
        const bytes = facts.reduce((sum, { size }) => sum + size, 0);
        const times = facts.map(({ atime, mtime }) => Math.max(atime.getTime(), mtime.getTime()));
        return { kind: 'classifier', name, path, bytes, usedAt: new Date(Math.max(0, ...times)) };
      }),
  );
}
