import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors, FormatError, toFloat32 } from '@shroom/formats';
import type { SavedTensor } from '../fit/training-state';
import { writeAtomically } from './atomic';

/** Plain facts that travel with tensors. */
export type TensorFacts = Readonly<Record<string, string>>;

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly facts: TensorFacts;
}

/** Writes tensors as one safetensors file, whole or not at all. */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, SavedTensor>,
  facts: TensorFacts,
): Promise<void> {
  await writeAtomically(path, encodeSafetensors(tensors, facts));
}

/** A tensor of a file, whose numbers are made when they are asked for. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** @throws ElementTypeError when they are no floating-point numbers. */
  read(): Float32Array;
}

/** @throws SafetensorsError when the file is not whole. FormatError when it cannot be read. */
export async function openTensors(
  path: string,
): Promise<{ tensors: ReadonlyMap<string, StoredTensor>; facts: TensorFacts }> {
  const options = { source: path };
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT'
        ? 'there is no such file'
        : cause.code === 'EISDIR'
          ? 'it is a folder; name the file in it'
          : cause.message;
    throw new FormatError(`${path} cannot be read: ${why}.`, { ...options, cause });
  });
  const { tensors, metadata } = decodeSafetensors(file, options);
  const stored = [...tensors].map(([name, { shape, bytes, ...entry }]) => {
    const read = () => {
      // A copy where it is a view of the file, which would stay as long as one tensor of it does.
      const numbers = toFloat32(bytes, entry, options);
      return numbers.buffer === bytes.buffer ? numbers.slice() : numbers;
    };
    return [name, { shape, read }] as const;
  });
  return { tensors: new Map(stored), facts: metadata };
}

/**
 * @throws SafetensorsError when the file is not whole. FormatError when it cannot be read. ElementTypeError when a tensor holds
 *   no floating-point numbers.
 */
export async function readTensors(path: string): Promise<TensorFile> {
  const { tensors, facts } = await openTensors(path);
  const values = [...tensors].map(
    ([name, { shape, read }]) => [name, { shape, values: read() }] as const,
  );
  return { tensors: new Map(values), facts };
}
