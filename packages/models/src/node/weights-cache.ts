import { cacheFolder } from './cache';
import type { CachedWeights, RemovableWeights } from './cached-weights';
import { weightsSources } from './sources/table';
import type { CachingSource, WeightsSource } from './sources/weights-source';

export interface CacheOptions {
  /** The folder of this package. Default `cacheFolder()`. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
}

export interface PruneOptions extends CacheOptions {
  /** Removes what was downloaded longer ago than this, in milliseconds. */
  readonly olderThan?: number;
  /** Removes what was not used for longer than this, in milliseconds. */
  readonly unusedFor?: number;
  /** Then removes what was not used for longest, until no more than so many bytes are left. */
  readonly mostBytes?: number;
  /** Says what would be removed, and removes nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface PruneReport<Entry> {
  readonly removed: readonly Entry[];
  readonly kept: readonly Entry[];
  /** Bytes of what was removed. */
  readonly freed: number;
}

/** What was used so lately may be about to be opened. In milliseconds. */
const justUsed = 60_000;

/**
 * Everything that this package has downloaded: packages and files below its own folder, and of the Hugging Face hub's cache, which Python
 * shares, the files that this package has put there. The least recently used comes first.
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
 * Removes downloads by age, by use, or until they take no more than so many bytes. Files of others are never touched: what Python has
 * downloaded into the hub's cache, and whatever else lies in a folder. A process that reads a file reads on (on Windows such a file
 * cannot be removed, and is kept); one that is downloading is waited for; what was used within the last minute is kept.
 *
 * @throws RangeError when nothing says what to remove.
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

/** What all sources have put into a folder. */
async function cachedBelow(cache: string): Promise<RemovableWeights[]> {
  const sources: readonly (WeightsSource & Partial<CachingSource>)[] =
    Object.values(weightsSources);
  const found = await Promise.all(
    [...new Set(sources)].map(source => source.cached?.(cache) ?? []),
  );
  return found.flat();
}
