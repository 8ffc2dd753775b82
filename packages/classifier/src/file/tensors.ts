import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors } from '@shroom/formats';
import { writeAtomically } from '@shroom/train/node';
import { ClassifierFileError } from '../errors';
import type { StoredFile, Tensors } from './stored';

export async function writeTensors(
  folder: string,
  path: string,
  tensors: Tensors,
): Promise<StoredFile> {
  const bytes = encodeSafetensors(tensors);
  await writeAtomically(join(folder, path), bytes);
  return { path, sha256: hashOf(bytes) };
}

/** Reads one of a classifier's files. @throws ClassifierFileError when the file is missing or has another hash. */
export async function readStored(
  folder: string,
  { path, sha256 }: StoredFile,
): Promise<Uint8Array> {
  const file = join(folder, path);
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new ClassifierFileError(file, `it cannot be read (${cause.code}).`, { cause });
  });
  if (hashOf(bytes) !== sha256)
    throw new ClassifierFileError(
      file,
      'it is damaged, or of another training. Restore the folder, or train again.',
    );
  return bytes;
}

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
