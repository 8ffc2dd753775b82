import { readFile } from 'node:fs/promises';
import { encodeSafetensors, FormatError } from '@shroom/formats';
import type { SavedTensor } from '../fit/training-state';
import { type StoredTensor, storedTensors } from '../model/restoring';
import { writeAtomically } from './atomic';

/** Metadata that is saved with tensors, by name. */
export type TensorFacts = Readonly<Record<string, string>>;

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly facts: TensorFacts;
}

/** Writes tensors to one safetensors file, atomically. */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, SavedTensor>,
  facts: TensorFacts,
): Promise<void> {
  await writeAtomically(path, encodeSafetensors(tensors, facts));
}

/** @throws SafetensorsError when the file is incomplete. FormatError when the file cannot be read. */
export async function openTensors(
  path: string,
): Promise<{ tensors: ReadonlyMap<string, StoredTensor>; facts: TensorFacts }> {
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT'
        ? 'there is no such file'
        : cause.code === 'EISDIR'
          ? 'it is a folder; give the path of a file in it'
          : cause.message;
    throw new FormatError(`${path} cannot be read: ${why}.`, { source: path, cause });
  });
  return storedTensors(file, path);
}

/**
 * @throws SafetensorsError when the file is incomplete.
 * @throws FormatError when the file cannot be read.
 * @throws ElementTypeError when a tensor does not hold floating-point numbers.
 */
export async function readTensors(path: string): Promise<TensorFile> {
  const { tensors, facts } = await openTensors(path);
  const values = [...tensors].map(
    ([name, { shape, read }]) => [name, { shape, values: read() }] as const,
  );
  return { tensors: new Map(values), facts };
}
