import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type ArchiveLimits, listArchive } from './archive';
import { ArchiveError, readBytes } from './bytes';

export interface UnpackOptions extends ArchiveLimits {
  readonly signal?: AbortSignal;
}

/**
 * Writes the files of an archive below a folder, one after the other. Every checksum is verified.
 *
 * @throws ArchiveError when anything is damaged or left out by `listArchive`, or would be written elsewhere. What was written
 *   before remains.
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
    // The reader refuses such names already; this holds whatever the reader does.
    if (relative(root, target).startsWith('..')) {
      throw new ArchiveError(`'${name}' would be written outside of ${root}`);
    }
    const bytes = await readBytes(origin).catch((error: Error) => {
      throw error instanceof ArchiveError ? new ArchiveError(`${name}: ${error.message}`) : error;
    });
    await mkdir(dirname(target), { recursive: true });
    // Nothing is written over: two names that differ in case alone would be one file on half of the world's disks.
    await writeFile(target, bytes, { flag: 'wx' });
  }
}
