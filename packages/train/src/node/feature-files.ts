import { lstat, readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { requireInteger, requireOneOf } from '../options/requirements';
import { type CacheOptions, recordBytes } from './feature-cache';

/** A file of a `FeatureCache`. */
export interface FeatureFile {
  readonly path: string;
  readonly bytes: number;
  /** When features were added last. */
  readonly writtenAt: Date;
  /** When a process opened it last. */
  readonly usedAt: Date;
}

export interface PruneFeaturesOptions {
  /** Removes files to which nothing was added for longer than this, in milliseconds. */
  readonly olderThan?: number;
  /** Removes files that were not opened for longer than this, in milliseconds. */
  readonly unusedFor?: number;
  /** Then removes those that were not opened for longest, until no more than so many bytes are left. */
  readonly mostBytes?: number;
  /** Says what would be removed, and removes nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface PrunedFeatures {
  readonly removed: readonly FeatureFile[];
  readonly kept: readonly FeatureFile[];
  /** Bytes of what was removed. */
  readonly freed: number;
}

/** What was opened so lately may be about to be read. In milliseconds. */
const justUsed = 60_000;

/**
 * The feature files in a folder, the least recently used first; other files are not listed.
 *
 * @example
 * ```ts
 * for (const { path, bytes, usedAt } of await listFeatures('cache/features'))
 *   console.log(path, bytes, usedAt.toISOString());
 * ```
 */
export async function listFeatures(folder: string): Promise<FeatureFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = await Promise.all(
    names
      .filter(name => /^[0-9a-f]{32}\.features$/.test(name))
      .map(async (name): Promise<FeatureFile[]> => {
        const path = join(folder, name);
        const facts = await lstat(path).catch(() => undefined);
        if (!facts?.isFile()) return [];
        const usedAt = new Date(Math.max(facts.atime.getTime(), facts.mtime.getTime()));
        return [{ path, bytes: facts.size, writtenAt: facts.mtime, usedAt }];
      }),
  );
  return files.flat().sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

/**
 * Removes feature files by age, by use, or until they take no more than so many bytes. Other files are never touched, nor what was
 * opened within the last minute. A process that has a file open reads on, and computes again next time what it adds (on Windows
 * such a file is kept).
 *
 * @throws RangeError when nothing says what to remove.
 * @example
 * ```ts
 * import { join } from 'node:path';
 * import { cacheFolder } from '@shroom/models/node';
 *
 * const folder = join(cacheFolder(), 'features');
 * const { freed } = await pruneFeatures(folder, { unusedFor: 30 * 24 * 3600e3 }); // 30 days
 * ```
 */
export async function pruneFeatures(
  folder: string,
  options: PruneFeaturesOptions,
): Promise<PrunedFeatures> {
  const { olderThan, unusedFor, mostBytes, dryRun = false } = options;
  const given = Object.entries({ olderThan, unusedFor, mostBytes }).filter(
    ([, limit]) => limit !== undefined,
  );
  if (given.length === 0 || given.some(([, limit]) => !(limit! >= 0)))
    throw new RangeError(
      'Give olderThan, unusedFor or mostBytes, 0 or more: nothing else says what to remove.',
    );
  const files = await listFeatures(folder);
  const now = Date.now();
  let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: FeatureFile[] = [];
  const remove = async (file: FeatureFile) => {
    if (!dryRun && !(await isRemoved(file.path))) return;
    removed.push(file);
    left -= file.bytes;
  };
  const idle = files.filter(({ usedAt }) => now - usedAt.getTime() > justUsed);
  const isOld = ({ writtenAt, usedAt }: FeatureFile) =>
    now - writtenAt.getTime() > (olderThan ?? Infinity) ||
    now - usedAt.getTime() > (unusedFor ?? Infinity);
  for (const file of idle) if (isOld(file)) await remove(file);
  for (const file of idle)
    if (!removed.includes(file) && left > (mostBytes ?? Infinity)) await remove(file);
  const kept = files.filter(file => !removed.includes(file));
  return { removed, kept, freed: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function isRemoved(path: string): Promise<boolean> {
  try {
    await rm(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES') return false;
    throw error;
  }
}

/** What is known of a job before it begins. */
export interface PlannedJob {
  readonly photos: number;
  /** Of each photo, the plain one included. Default 1. */
  readonly views?: number;
  /** What is kept of each view: its number of features, or `[height, width, channels]`; several where several are kept. */
  readonly features: readonly (CacheOptions & { readonly shape: number | readonly number[] })[];
  /** Bytes of weights that are not here yet, as `weightsNeeds` of `@shroom/models` says. Default 0. */
  readonly download?: number;
  /** Where features are kept. */
  readonly folder: string;
}

/** What a job will take. Bytes are an upper bound: what is in the cache already is not computed, nor written, again. */
export interface JobNeeds {
  readonly photos: number;
  /** That go through the network, all together. */
  readonly views: number;
  readonly featureBytes: number;
  readonly download: number;
  /** Free on the disk of the folder. */
  readonly freeBytes: number;
  /** Whether features and weights have room there. */
  readonly fits: boolean;
}

/**
 * Says what a job will take before it begins: views, disk for their features, weights to download.
 *
 * @throws RangeError for a count that is none.
 * @example
 * ```ts
 * const features = [{ shape: 2048, precision: 'float16' }] as const;
 * const job = { photos: 1016, views: 5, features, folder: 'cache/features' };
 * const { featureBytes, fits } = await jobNeeds(job); // 20,909,280 bytes
 * if (!fits) throw new Error(`${featureBytes} bytes have no room on the disk.`);
 * ```
 */
export async function jobNeeds(job: PlannedJob): Promise<JobNeeds> {
  const { photos, views: each = 1, features, download = 0, folder } = job;
  requireInteger('photos', photos, { least: 0 });
  requireInteger('views', each, { least: 1 });
  requireInteger('download', download, { least: 0 });
  const views = photos * each;
  let featureBytes = 0;
  for (const { shape, precision = 'float32' } of features) {
    requireOneOf('precision', precision, ['float32', 'float16']);
    for (const side of [shape].flat()) requireInteger('shape', side, { least: 1 });
    featureBytes += views * recordBytes(shape, precision);
  }
  const { bavail, bsize } = await statfs(await existing(folder));
  const freeBytes = bavail * bsize;
  return {
    photos,
    views,
    featureBytes,
    download,
    freeBytes,
    fits: featureBytes + download <= freeBytes,
  };
}

/** The folder, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  let path = resolve(folder);
  while (!(await lstat(path).catch(() => undefined)) && dirname(path) !== path)
    path = dirname(path);
  return path;
}
