import { lstat, readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { requireInteger, requireOneOf } from '../options/requirements';
import { type CacheOptions, recordBytes } from './feature-cache';

/** A file that a `FeatureCache` wrote. */
export interface FeatureFile {
  readonly path: string;
  readonly bytes: number;
  /** Time when features were last added. */
  readonly writtenAt: Date;
  /** Time when a process last opened the file. */
  readonly usedAt: Date;
}

export interface PruneFeaturesOptions {
  /** Removes files to which nothing was added for longer than this, in milliseconds. */
  readonly olderThan?: number;
  /** Removes files that were not opened for longer than this, in milliseconds. */
  readonly unusedFor?: number;
  /** Then removes the least recently opened files, until the rest takes at most this number of bytes. */
  readonly mostBytes?: number;
  /** Reports what would be removed, without removing it. Default false. */
  readonly dryRun?: boolean;
}

export interface PrunedFeatures {
  readonly removed: readonly FeatureFile[];
  readonly kept: readonly FeatureFile[];
  /** Number of bytes of the removed files. */
  readonly freed: number;
}

/** A file opened within this time, in milliseconds, may be in use, and is not removed. */
const justUsed = 60_000;

/**
 * Lists the feature files in a folder, least recently used first. Other files are ignored.
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
 * Removes feature files by age, by last use, or until the rest takes at most a number of bytes. Other files, and files that
 * were opened within the last minute, are never removed. A process that has a removed file open can still read it, but the
 * features that it adds are lost and computed again next time. (On Windows, an open file is kept.)
 *
 * @throws RangeError when no option says what to remove.
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
      'Give olderThan, unusedFor or mostBytes (0 or more), to say what should be removed.',
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

/** The facts about a job that are known before it begins. */
export interface PlannedJob {
  readonly photos: number;
  /** Number of views of each photo, including the plain view. Default 1. */
  readonly views?: number;
  /**
   * The features to store for each view: a number of features, or `[height, width, channels]`. One entry for each kind of
   * features.
   */
  readonly features: readonly (CacheOptions & { readonly shape: number | readonly number[] })[];
  /**
   * Number of bytes of weights that still have to be downloaded, as `weightsNeeds` of `@shroom/models` reports. Default 0.
   */
  readonly download?: number;
  /** Folder of the feature files. */
  readonly folder: string;
}

/**
 * What a job needs. The numbers of bytes are upper bounds, because features that are already in the cache are not written
 * again.
 */
export interface JobNeeds {
  readonly photos: number;
  /** Total number of views that go through the network. */
  readonly views: number;
  readonly featureBytes: number;
  readonly download: number;
  /** Free bytes on the disk of the folder. */
  readonly freeBytes: number;
  /** Whether the features and the weights fit on the disk. */
  readonly fits: boolean;
}

/**
 * Computes what a job needs before it begins: the number of views, disk space for their features, and weights to download.
 *
 * @throws RangeError for a count that is not a whole number in its range.
 * @example
 * ```ts
 * const features = [{ shape: 2048, precision: 'float16' }] as const;
 * const job = { photos: 1016, views: 5, features, folder: 'cache/features' };
 * const { featureBytes, fits } = await jobNeeds(job); // 20,909,280 bytes
 * if (!fits) throw new Error(`${featureBytes} bytes do not fit on the disk.`);
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

/** The folder, or its nearest parent folder that exists. */
async function existing(folder: string): Promise<string> {
  let path = resolve(folder);
  while (!(await lstat(path).catch(() => undefined)) && dirname(path) !== path)
    path = dirname(path);
  return path;
}
