import { RunFolderError } from '../errors';

/** What an error of the file system means for a run, and what to do. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room: the same command goes on from what is kept.',
  EDQUOT:
    'your share of the disk is used up. Make room: the same command goes on from what is kept.',
  EACCES: 'it may not be written there. Give another folder with --out, or the right to write.',
  EPERM: 'it may not be written there. Give another folder with --out, or the right to write.',
  EROFS: 'the disk is read-only. Give another folder with --out.',
  EEXIST: 'there is a file where a folder should be. Give another folder with --out.',
  ENOTDIR: 'there is a file where a folder should be. Give another folder with --out.',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n), or close other programs.',
};

/** An error as it is, or what it means for the folder where it is one of the disk. */
export function ofTheDisk(folder: string, error: unknown): unknown {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : advice[code];
  if (reason === undefined) return error;
  const where = path === undefined ? '' : ` (${path})`;
  return new RunFolderError(folder, `cannot be written${where}: ${reason}`, { cause: error });
}
