import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ArchiveLimits, listArchive } from './archive';
import { ArchiveError } from './archive-error';
import { pathBelow } from './below';
import { readBytes } from './bytes';

export interface UnpackOptions extends ArchiveLimits {
  readonly signal?: AbortSignal;
}

/**
 * Unpacks the files of an archive into a folder, one after another. Every checksum is verified.
 *
 * @throws ArchiveError when an entry is damaged, is left out by `listArchive`, or would be written outside the folder.
 *   Files that were written before remain.
 * @example
 * ```ts
 * await unpackArchive('photos.zip', 'photos', { entries: 10_000 });
 * ```
 */
export async function unpackArchive(
  path: string,
  folder: string,
  options: UnpackOptions = {},
): Promise<void> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  const { files, findings } = await listArchive(path, options);
  const left = findings.find(({ kind }) => kind !== 'listed twice');
  if (left) throw new ArchiveError(`${resolve(path)}: '${left.subject}' ${left.reason}`);
  for (const { name, origin } of files) {
    options.signal?.throwIfAborted();
    const target = join(root, name);
    // The zip reader refuses such names already. This check does not depend on it.
    if (pathBelow(root, target) === undefined) {
      throw new ArchiveError(`'${name}' would be written outside ${root}`);
    }
    const bytes = await readBytes(origin).catch((error: Error) => {
      throw error instanceof ArchiveError ? new ArchiveError(`${name}: ${error.message}`) : error;
    });
    await mkdir(dirname(target), { recursive: true });
    // Existing files are never overwritten: on many disks, two names that differ only in letter case are the same file.
    await writeFile(target, bytes, { flag: 'wx' });
  }
}
