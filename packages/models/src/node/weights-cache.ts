import { existsSync } from 'node:fs';
import { lstat, readdir, readlink, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './cache';
import { forgetDownload, type OwnBlob, readDownloads, used } from './cache-use';
import { withLock } from './lock';

export interface CacheOptions {
  /** The folder of this package. Default `cacheFolder()`. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
}

/** Something that was downloaded and kept. */
export interface CachedWeights {
  /** `hf:owner/name#file`, `npm:name@version`, or the name of a file of the web. */
  readonly source: string;
  readonly kind: 'hub' | 'npm' | 'url';
  /** The file, or the folder of a package. */
  readonly path: string;
  /** On the disk. */
  readonly bytes: number;
  readonly downloadedAt: Date;
  /** When this package opened it last. */
  readonly usedAt: Date;
  /** Whether it is a download that was cut; another one would go on from it. */
  readonly unfinished: boolean;
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
 */
export async function listWeightsCache(options: CacheOptions = {}): Promise<CachedWeights[]> {
  const { cache = cacheFolder() } = options;
  const found = [
    ...(await hubFiles(cache)),
    ...(await packages(cache)),
    ...(await webFiles(cache)),
  ];
  return found.map(({ entry }) => entry).sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

/**
 * Removes downloads by age, by use, or until they take no more than so many bytes. Files of others are never touched: what Python has
 * downloaded into the hub's cache, and whatever else lies in a folder. A process that reads a file reads on (on Windows such a file
 * cannot be removed, and is kept); one that is downloading is waited for; what was used within the last minute is kept.
 *
 * @throws RangeError when nothing says what to remove.
 * @example
 *
 *     const { freed } = await pruneWeightsCache({ unusedFor: 90 * 24 * 3600e3, mostBytes: 5e9 });
 */
export async function pruneWeightsCache(
  options: PruneOptions,
): Promise<PruneReport<CachedWeights>> {
  const { cache = cacheFolder(), dryRun = false, signal } = options;
  const found = [
    ...(await hubFiles(cache)),
    ...(await packages(cache)),
    ...(await webFiles(cache)),
  ];
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

interface Found {
  readonly entry: CachedWeights;
  /** @returns Whether it is gone. */
  remove(signal: AbortSignal | undefined): Promise<boolean>;
}

async function hubFiles(cache: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const own of await readDownloads(cache)) {
    const { model, file, folder, etag } = own;
    const blob = join(folder, 'blobs', etag);
    const unfinished = `${blob}.shroom.incomplete`;
    for (const path of [blob, unfinished]) {
      const entry = await entryOf('hub', `hf:${model}#${file}`, path, path === unfinished);
      if (!entry) continue;
      const lock = join(dirname(folder), '.locks', basename(folder), `${etag}.shroom.lock`);
      const remove = (signal: AbortSignal | undefined) =>
        withLock(lock, signal, async () => {
          if (!(await removed(path))) return false;
          if (path === blob) await removeLinks(own);
          if (![blob, unfinished].some(existsSync)) await forgetDownload(cache, own);
          return true;
        });
      found.push({ entry, remove });
    }
  }
  return found;
}

/** Of the snapshots, to a blob that is gone. */
async function removeLinks({ folder, etag }: OwnBlob): Promise<void> {
  const snapshots = join(folder, 'snapshots');
  const entries = await readdir(snapshots, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    if (basename(await readlink(path)) === etag) await rm(path, { force: true });
  }
}

async function packages(cache: string): Promise<Found[]> {
  const folder = join(cache, 'npm');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    // Of names that no package has, others are the owners.
    names
      .filter(name => !name.endsWith(used) && /^(@[\w.~-]+\+)?[\w.~-]+@\d[\w.+-]*$/.test(name))
      .map(async (name): Promise<Found[]> => {
        const path = join(folder, name);
        const unfinished = name.endsWith('.part');
        const source = `npm:${name.replace(/^(@[^+]+)\+/, '$1/')}`;
        const entry = await entryOf('npm', source, path, unfinished);
        const remove = async () => {
          if (!(await removed(path))) return false;
          return removed(`${path}${used}`);
        };
        return entry ? [{ entry, remove }] : [];
      }),
  );
  return found.flat();
}

async function webFiles(cache: string): Promise<Found[]> {
  const folder = join(cache, 'url');
  const found: Found[] = [];
  for (const version of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{64}$/.test(version)) continue;
    for (const name of await readdir(join(folder, version)).catch(() => [])) {
      if (name.endsWith('.lock')) continue;
      const path = join(folder, version, name);
      const whole = path.replace(/\.incomplete$/, '');
      const entry = await entryOf('url', basename(whole), path, path !== whole);
      if (!entry) continue;
      const remove = (signal: AbortSignal | undefined) =>
        withLock(`${whole}.lock`, signal, () => removed(path));
      found.push({ entry, remove });
    }
  }
  return found;
}

async function entryOf(
  kind: CachedWeights['kind'],
  source: string,
  path: string,
  unfinished: boolean,
): Promise<CachedWeights | undefined> {
  const facts = await lstat(path).catch(() => undefined);
  if (!facts || facts.isSymbolicLink()) return undefined;
  const { mtime, atime } = facts;
  const isFolder = facts.isDirectory();
  const noted = isFolder ? (await stat(`${path}${used}`).catch(() => undefined))?.mtime : atime;
  const usedAt = new Date(Math.max(noted?.getTime() ?? 0, mtime.getTime()));
  const bytes = isFolder ? await bytesIn(path) : facts.size;
  return { source, kind, path, bytes, downloadedAt: mtime, usedAt, unfinished };
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function removed(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    // Somebody has it open, on systems where that matters, or may not be disturbed.
    if (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES') return false;
    throw error;
  }
}
