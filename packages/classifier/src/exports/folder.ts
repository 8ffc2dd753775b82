import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeAtomically } from '@shroom/train/node';
import { RunFolderError } from '../errors';
import type { Exported } from './form';

/** A file of an export: its path in the folder, and its content. */
export interface ExportFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Checks that a folder is absent, empty, or an earlier export of the same form.
 *
 * @param own Matches the paths of all files that exports of this form write.
 * @throws RunFolderError when the folder has any other file.
 */
export async function requireExportFolder(destination: string, own: RegExp): Promise<string> {
  const folder = resolve(destination);
  const other = (await filesIn(folder)).find(path => !own.test(path));
  if (other !== undefined)
    throw new RunFolderError(
      folder,
      `holds '${other}', which is no file of such an export. Name another folder.`,
    );
  return folder;
}

/**
 * Writes the files of an export, in order, and removes those of an earlier export that have other names.
 *
 * @param before Files of this export that are written already.
 */
export async function writeExportFolder(
  folder: string,
  files: readonly ExportFile[],
  signal: AbortSignal | undefined,
  before: Exported['files'] = [],
): Promise<Exported> {
  for (const { path, content } of files) {
    signal?.throwIfAborted();
    await writeAtomically(join(folder, path), content);
  }
  const written = new Set([...before, ...files].map(({ path }) => path));
  for (const path of await filesIn(folder))
    if (!written.has(path)) await rm(join(folder, path), { force: true });
  return {
    folder,
    files: [
      ...before,
      ...files.map(({ path, content }) => ({ path, bytes: Buffer.byteLength(content) })),
    ],
  };
}

/** Paths of all files in a folder, with `/` as separator. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(error => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}
