import { RunFolderError } from '../errors';

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

/** Turns an error of the file system into a RunFolderError with advice. Other errors are returned unchanged. */
export function ofTheDisk(folder: string, error: unknown): unknown {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : advice[code];
  if (reason === undefined) return error;
  const where = path === undefined ? '' : ` (${path})`;
  return new RunFolderError(folder, `cannot be written${where}: ${reason}`, { cause: error });
}
