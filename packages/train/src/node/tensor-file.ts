import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors, FormatError, toFloat32 } from '@shroom/formats';
import type { SavedTensor } from '../fit/training-state';
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

/** A tensor in a file. Its values are converted when `read` is called. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** @throws ElementTypeError when the values are not floating-point numbers. */
  read(): Float32Array;
}

/** @throws SafetensorsError when the file is incomplete. FormatError when the file cannot be read. */
export async function openTensors(
  path: string,
): Promise<{ tensors: ReadonlyMap<string, StoredTensor>; facts: TensorFacts }> {
  const options = { source: path };
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT'
        ? 'there is no such file'
        : cause.code === 'EISDIR'
          ? 'it is a folder; give the path of a file in it'
          : cause.message;
    throw new FormatError(`${path} cannot be read: ${why}.`, { ...options, cause });
  });
  const { tensors, metadata } = decodeSafetensors(file, options);
  const stored = [...tensors].map(([name, { shape, bytes, ...entry }]) => {
    const read = () => {
      // Copies the values if they are a view of the file's memory, so that one kept tensor does not keep the whole file.
      const numbers = toFloat32(bytes, entry, options);
      return numbers.buffer === bytes.buffer ? numbers.slice() : numbers;
    };
    return [name, { shape, read }] as const;
  });
  return { tensors: new Map(stored), facts: metadata };
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
