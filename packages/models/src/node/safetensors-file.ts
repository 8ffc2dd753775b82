import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSafetensorsHeader, SafetensorsError } from '@shroom/formats';
import type { Checkpoint, Scratch } from '../weights/checkpoint';
import { checkpointOver, safetensorsChunks } from '../weights/safetensors';
import { type OpenFile, openRanged } from './ranged-file';
import { writeWhole } from './whole-file';

/** An open safetensors file. Its tensors can be read until it is closed. */
export interface SafetensorsFile {
  readonly checkpoint: Checkpoint;
  readonly metadata: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file. Each tensor is read from the disk only when it is needed, directly into the returned array, so that loading a
 * network needs little more memory than the network itself.
 *
 * @throws SafetensorsError when the file is damaged.
 * @example
 * ```ts
 * const { checkpoint, close } = await openSafetensors('resnet18.safetensors');
 * for (const [name, { shape }] of checkpoint) console.log(name, shape); // reads no values
 * await close();
 * ```
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openRanged(path);
  try {
    return await safetensorsIn(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads an open file. @param path Its name, for error messages. */
export async function safetensorsIn(file: OpenFile, path: string): Promise<SafetensorsFile> {
  const options = { source: path };
  const read = async (start: number, end: number, scratch?: Scratch) => {
    const bytes = await file.read(start, end, scratch && (count => scratch.take(count)));
    if (bytes.length === end - start) return bytes;
    throw new SafetensorsError(
      `${path} ends at byte ${start + bytes.length}, before ${end}.`,
      options,
    );
  };
  const { entries, metadata } = await readSafetensorsHeader(read, file.size, options);
  const bytesOf = ({ start, end }: (typeof entries)[number], scratch?: Scratch) =>
    read(start, end, scratch);
  const checkpoint = checkpointOver(entries, bytesOf, options);
  return { checkpoint, metadata, close: () => file.close() };
}

/**
 * Writes a checkpoint as a safetensors file, tensor by tensor. The file has a temporary name until it is complete, so a
 * file with the final name is always complete.
 *
 * @param metadata Free text to store in the file. Default `{ format: 'pt' }`.
 * @example
 * ```ts
 * const [torchvision] = architectures.resnet50.dialects;
 * await writeSafetensors('resnet50.safetensors', checkpointOf(model, torchvision));
 * ```
 */
export async function writeSafetensors(
  path: string,
  checkpoint: Checkpoint,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx');
    try {
      for await (const chunk of safetensorsChunks(checkpoint, metadata))
        await writeWhole(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
