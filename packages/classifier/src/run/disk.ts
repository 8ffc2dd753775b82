import { resolve, sep } from 'node:path';
import { cacheFolder } from '@shroom/models/node';
import { RunFolderError } from '../errors';
import { newOf } from './replacing';

/** For each error code of the file system: what it means for a run, and what to do. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room, then repeat the same command.',
  EDQUOT: 'your disk quota is used up. Make room, then repeat the same command.',
  EACCES:
    'writing there is not permitted. Give another folder with --out, or change the permissions.',
  EPERM:
    'writing there is not permitted. Give another folder with --out, or change the permissions.',
  EROFS: 'the disk is read-only. Give another folder with --out.',
  EEXIST: 'there is a file where a folder should be. Give another folder with --out.',
  ENOTDIR: 'there is a file where a folder should be. Give another folder with --out.',
  // What a disk that is read-only answers when folders are made one in the other.
  'ENOENT mkdir': 'the folder cannot be made there. Give another folder with --out.',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n), or close other programs.',
};

const adviceOn = ({ code, syscall }: NodeJS.ErrnoException): string | undefined =>
  code === undefined || syscall === undefined
    ? undefined
    : (advice[code] ?? advice[`${code} ${syscall}`]);

/** Whether an error is about a folder that could not be made above a place. Folders are made one in the other. */
const isAbove = (place: string, { syscall, path }: NodeJS.ErrnoException): boolean =>
  syscall === 'mkdir' &&
  path !== undefined &&
  `${place}${sep}`.startsWith(`${resolve(path)}${sep}`);

/**
 * Turns an error about writing a result, a file or a folder, into a RunFolderError with advice. Other errors are returned unchanged.
 *
 * @param where Path. While the result is written, its name has an ending. Its weights may be beside it.
 */
export function ofTheResult(where: string, error: unknown): unknown {
  const result = resolve(where);
  const fault = (error ?? {}) as NodeJS.ErrnoException;
  const reason = adviceOn(fault);
  const path = fault.path === undefined ? '' : resolve(fault.path);
  const isOfWriting = ['ENOSPC', 'EDQUOT', 'EROFS'].includes(fault.code ?? '');
  const isOfResult =
    path.startsWith(result) &&
    /^($|[/\\]|\.[0-9a-f-]{36}\.|[._]data$)/.test(path.slice(result.length));
  if (reason === undefined || !(isOfWriting || isOfResult || isAbove(result, fault))) return error;
  return new RunFolderError(result, `cannot be written: ${reason}`, { cause: error });
}

/**
 * Turns an error about writing to a run's folder or to the cache into a RunFolderError with advice. Other errors, such as those about
 * reading a photo, are returned unchanged.
 *
 * @param option The option that names another folder.
 */
export function ofTheDisk(folder: string, error: unknown, option = '--out'): unknown {
  const fault = (error ?? {}) as NodeJS.ErrnoException;
  const { path } = fault;
  const reason = adviceOn(fault)
    ?.replace('--out', option)
    .replace(/same command\.$/, 'same command: it continues from what is stored.');
  if (reason === undefined) return error;
  const isIn = (place: string) =>
    path === undefined || `${resolve(path)}${sep}`.startsWith(`${place}${sep}`);
  const where = path === undefined ? '' : ` (${path})`;
  const place = resolve(folder);
  if (isAbove(place, fault) || isIn(place) || isIn(newOf(place)))
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
