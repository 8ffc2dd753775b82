import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { used } from './cache-use';

/** A download in the cache. */
export interface CachedWeights {
  /** Source: `hf:owner/name#file`, `npm:name@version`, `pypi:name@version`, or the name of a file from the web. */
  readonly source: string;
  readonly kind: 'hub' | 'npm' | 'pypi' | 'url';
  /** Path of the file, or of the folder of a package. */
  readonly path: string;
  /** Size on the disk in bytes. */
  readonly bytes: number;
  readonly downloadedAt: Date;
  /** When this package last opened it. */
  readonly usedAt: Date;
  /** Whether the download is incomplete. The next download would resume it. */
  readonly unfinished: boolean;
}

/** An entry of the cache that can be removed. */
export interface RemovableWeights {
  readonly entry: CachedWeights;
  /** @returns Whether it was removed. */
  remove(signal: AbortSignal | undefined): Promise<boolean>;
}

/** Returns the facts about a file or folder, or `undefined` if the path is a link or does not exist. */
export async function entryOf(
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

/** Removes a file or a folder. @returns Whether it was removed. */
export async function removed(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    // Another process has it open, on systems where that prevents removal, or the permission is missing.
    if (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES') return false;
    throw error;
  }
}
