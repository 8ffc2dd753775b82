import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { used } from './cache-use';

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

/** An entry of the cache, and how it is removed. */
export interface RemovableWeights {
  readonly entry: CachedWeights;
  /** @returns Whether it is gone. */
  remove(signal: AbortSignal | undefined): Promise<boolean>;
}

/** What lies at a path, unless it is a link or nothing. */
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

/** Removes a file or a folder. @returns Whether it is gone. */
export async function removed(path: string): Promise<boolean> {
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
