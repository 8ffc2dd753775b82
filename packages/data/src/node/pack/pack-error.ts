/**
 * Packed photos, or the index of an archive, cannot be written where they should be.
 *
 * @example
 * ```ts
 * await packPhotos('photos', 'shards').catch(error => {
 *   if (error instanceof PackError) console.error(`give another place than ${error.path}`);
 *   throw error;
 * });
 * ```
 */
export class PackError extends Error {
  override readonly name = 'PackError';
  /** The file or folder that cannot be written. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

const noFolder = 'there is a file where a folder should be';

/** What the error codes of the file system mean for a file that is written. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the disk is read-only',
  EEXIST: noFolder,
  ENOTDIR: noFolder,
  // What a disk that is read-only answers when folders are made one in the other.
  'ENOENT mkdir': 'the folder cannot be made there',
};

/**
 * Turns an error of the file system into a PackError. Other errors are returned unchanged.
 *
 * @param path The file or folder that is written.
 * @param advice What to do: a sentence.
 */
export function ofWriting(path: string, error: unknown, advice: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = reasons[code ?? ''] ?? reasons[`${code} ${syscall}`];
  if (reason === undefined || syscall === 'read') return error;
  return new PackError(path, `it cannot be written: ${reason}. ${advice}`, { cause: error });
}
