import { cacheFolder } from './cache';
import type { CachedWeights, RemovableWeights } from './cached-weights';
import { weightsSources } from './sources/table';
import type { CachingSource, WeightsSource } from './sources/weights-source';

export interface CacheOptions {
  /** Folder of this package's downloads. Default `cacheFolder()`. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
}

export interface PruneOptions extends CacheOptions {
  /** Removes what was downloaded longer ago than this, in milliseconds. */
  readonly olderThan?: number;
  /** Removes what was not used for longer than this, in milliseconds. */
  readonly unusedFor?: number;
  /** Then removes the least recently used entries until at most this many bytes are left. */
  readonly mostBytes?: number;
  /** Only reports what would be removed. Default false. */
  readonly dryRun?: boolean;
}

export interface PruneReport<Entry> {
  readonly removed: readonly Entry[];
  readonly kept: readonly Entry[];
  /** Total size of the removed entries, in bytes. */
  readonly freed: number;
}

/** Entries used within this time, in milliseconds, are kept, because a process may be about to open them. */
const justUsed = 60_000;

/**
 * Lists everything that this package has downloaded: packages and files in its own folder, and files that it has put into the Hugging Face
 * hub's cache, which is shared with Python. The least recently used entry comes first.
 *
 * @example
 * ```ts
 * for (const { source, bytes, usedAt } of await listWeightsCache())
 *   console.log(source, bytes, usedAt.toISOString());
 * ```
 */
export async function listWeightsCache(options: CacheOptions = {}): Promise<CachedWeights[]> {
  const { cache = cacheFolder() } = options;
  const found = await cachedBelow(cache);
  return found.map(({ entry }) => entry).sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

/**
 * Removes downloads by age, by last use, or until they occupy at most a number of bytes. Files of others are never touched, such as those
 * that Python has downloaded into the hub's cache. A process that is reading a file can continue (on Windows such a file cannot be removed
 * and is kept). A running download is waited for. Entries used within the last minute are kept.
 *
 * @throws RangeError when no option says what to remove.
 * @example
 * ```ts
 * const { freed } = await pruneWeightsCache({ unusedFor: 90 * 24 * 3600e3, mostBytes: 5e9 });
 * ```
 */
export async function pruneWeightsCache(
  options: PruneOptions,
): Promise<PruneReport<CachedWeights>> {
  const { cache = cacheFolder(), dryRun = false, signal } = options;
  const found = await cachedBelow(cache);
  const chosen = chooseToRemove(
    found.map(({ entry }) => entry),
    options,
  );
  const removed: CachedWeights[] = [];
  for (const { entry, remove } of found) {
    signal?.throwIfAborted();
    if (chosen.has(entry) && (dryRun || (await remove(signal)))) removed.push(entry);
  }
  const kept = found.map(({ entry }) => entry).filter(entry => !removed.includes(entry));
  return { removed, kept, freed: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function chooseToRemove(
  entries: readonly CachedWeights[],
  { olderThan, unusedFor, mostBytes }: PruneOptions,
): ReadonlySet<CachedWeights> {
  const limits = { olderThan, unusedFor, mostBytes };
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  const wrong = given.find(([, limit]) => !(limit! >= 0));
  if (given.length === 0 || wrong) {
    const what = wrong ? `${wrong[0]} is ${wrong[1]}` : 'nothing says what to remove';
    throw new RangeError(`${what}: give olderThan, unusedFor or mostBytes, 0 or more.`);
  }
  const now = Date.now();
  const idle = entries
    .filter(({ usedAt }) => now - usedAt.getTime() > justUsed)
    .sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
  const chosen = new Set(
    idle.filter(
      ({ downloadedAt, usedAt }) =>
        (olderThan !== undefined && now - downloadedAt.getTime() > olderThan) ||
        (unusedFor !== undefined && now - usedAt.getTime() > unusedFor),
    ),
  );
  let left = entries.reduce((sum, entry) => sum + (chosen.has(entry) ? 0 : entry.bytes), 0);
  for (const entry of mostBytes === undefined ? [] : idle) {
    if (left <= mostBytes!) break;
    if (chosen.has(entry)) continue;
    chosen.add(entry);
    left -= entry.bytes;
  }
  return chosen;
}

/** Lists what all sources have put into a folder. */
async function cachedBelow(cache: string): Promise<RemovableWeights[]> {
  const sources: readonly (WeightsSource & Partial<CachingSource>)[] =
    Object.values(weightsSources);
  const found = await Promise.all(
    [...new Set(sources)].map(source => source.cached?.(cache) ?? []),
  );
  return found.flat();
}
