import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSafetensorsHeader, SafetensorsError } from '@shroom/formats';
import type { Checkpoint, Scratch } from '../weights/checkpoint';
import { checkpointOver, safetensorsChunks } from '../weights/safetensors';
import { namingFile, writeWhole } from './whole-file';

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
  const file = await open(path);
  const options = { source: path };
  const readBytes = async (start: number, end: number, scratch?: Scratch) => {
    const bytes = scratch?.take(end - start) ?? new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0)
        throw new SafetensorsError(
          `${path} ends at byte ${start + filled}, before ${end}.`,
          options,
        );
      filled += bytesRead;
    }
    return bytes;
  };
  const read = (start: number, end: number, scratch?: Scratch) =>
    namingFile(path, () => readBytes(start, end, scratch));
  try {
    const { size } = await file.stat();
    const { entries, metadata } = await readSafetensorsHeader(read, size, options);
    const bytesOf = ({ start, end }: (typeof entries)[number], scratch?: Scratch) =>
      read(start, end, scratch);
    const checkpoint = checkpointOver(entries, bytesOf, options);
    return { checkpoint, metadata, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
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
