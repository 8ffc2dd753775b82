import { resolve, sep } from 'node:path';
import { cacheFolder } from '@shroom/models/node';
import { RunFolderError } from '../errors';
import { newOf } from './replacing';

/** For each error code of the file system: what it means for a run, and what to do. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC:
    'the disk is full. Make room, then repeat the same command: it continues from what is stored.',
  EDQUOT:
    'your disk quota is used up. Make room, then repeat the same command: it continues from what is stored.',
  EACCES:
    'writing there is not permitted. Give another folder with --out, or change the permissions.',
  EPERM:
    'writing there is not permitted. Give another folder with --out, or change the permissions.',
  EROFS: 'the disk is read-only. Give another folder with --out.',
  EEXIST: 'there is a file where a folder should be. Give another folder with --out.',
  ENOTDIR: 'there is a file where a folder should be. Give another folder with --out.',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n), or close other programs.',
};

/**
 * Turns an error about writing to a run's folder or to the cache into a RunFolderError with advice. Other errors, such as those about
 * reading a photo, are returned unchanged.
 */
export function ofTheDisk(folder: string, error: unknown): unknown {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = code === undefined || syscall === undefined ? undefined : advice[code];
  if (reason === undefined) return error;
  const isIn = (place: string) =>
    path === undefined || `${resolve(path)}${sep}`.startsWith(`${place}${sep}`);
  const where = path === undefined ? '' : ` (${path})`;
  if (isIn(resolve(folder)) || isIn(newOf(resolve(folder))))
    return new RunFolderError(folder, `cannot be written${where}: ${reason}`, { cause: error });
  const cache = resolve(cacheFolder());
  if (!isIn(cache)) return error;
  const [what] = reason.split('. ');
  return new RunFolderError(
    cache,
    `cannot be written${where}: ${what}. It keeps the weights and features of networks: change that, or name another folder by SHROOM_CACHE.`,
    { cause: error },
  );
}
