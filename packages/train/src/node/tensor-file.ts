import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from '@shroom/formats';
import type { SavedTensor } from '../training-state';
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

/**
 * @throws SafetensorsError when the file is not whole. ElementTypeError when a tensor holds no floating-point numbers.
 */
export async function readTensors(path: string): Promise<TensorFile> {
  const options = { source: path };
  const { tensors, metadata } = decodeSafetensors(await readFile(path), options);
  const values = [...tensors].map(([name, { shape, bytes, ...entry }]) => {
    // A copy where it is a view of the file, which would stay as long as one tensor of it does.
    const numbers = toFloat32(bytes, entry, options);
    return [
      name,
      { shape, values: numbers.buffer === bytes.buffer ? numbers.slice() : numbers },
    ] as const;
  });
  return { tensors: new Map(values), facts: metadata };
}
