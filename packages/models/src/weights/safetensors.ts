import {
  checkFloat,
  decodeSafetensors,
  elementCount,
  encodeSafetensorsHeader,
  type ReadOptions,
  type SafetensorsEntry,
  SafetensorsError,
  toFloat32,
} from '@shroom/formats';
import type { Checkpoint, CheckpointTensor, Scratch } from './checkpoint';

/** Makes a checkpoint that reads the bytes of one tensor at a time with `read`. */
export function checkpointOver<Entry extends Pick<SafetensorsEntry, 'name' | 'dtype' | 'shape'>>(
  entries: Iterable<Entry>,
  read: (entry: Entry, scratch?: Scratch) => Promise<Uint8Array>,
  options: ReadOptions = {},
): Checkpoint {
  return new Map(
    [...entries].map((entry): [string, CheckpointTensor] => {
      const check = () => checkFloat(entry, options);
      const values = async (scratch?: Scratch) => {
        check();
        return toFloat32(await read(entry, scratch), entry, options);
      };
      return [entry.name, { shape: entry.shape, check, read: values }];
    }),
  );
}

/**
 * Reads a safetensors file that is in memory.
 *
 * @param bytes The whole file. It is not copied: 32-bit tensors are views of it.
 * @param options Its `source` is the file's name, for error messages.
 * @throws SafetensorsError when the file is damaged.
 * @example
 * ```ts
 * const response = await fetch('https://example.org/resnet18.safetensors');
 * const { checkpoint } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
 * const kernel = await checkpoint.get('conv1.weight')?.read(); // 9408 numbers, [64, 3, 7, 7]
 * ```
 */
export function readSafetensors(
  bytes: Uint8Array,
  options: ReadOptions = {},
): {
  checkpoint: Checkpoint;
  metadata: Readonly<Record<string, string>>;
} {
  const { tensors, metadata } = decodeSafetensors(bytes, options);
  const checkpoint = checkpointOver(tensors.values(), async entry => entry.bytes, options);
  return { checkpoint, metadata };
}

/**
 * Yields the bytes of a safetensors file in pieces: the header, then one tensor after another. Each tensor is read when its turn comes.
 *
 * @param metadata Free text to store in the file. Default `{ format: 'pt' }`, which transformers requires.
 * @throws SafetensorsError when a name or the metadata cannot be written, or when the number of a tensor's values does not match its shape.
 * @example
 * ```ts
 * import { createWriteStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 *
 * const chunks = safetensorsChunks(checkpointOf(model));
 * await pipeline(chunks, createWriteStream('model.safetensors'));
 * ```
 */
export async function* safetensorsChunks(
  checkpoint: Checkpoint,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): AsyncGenerator<Uint8Array> {
  const specs = [...checkpoint].map(([name, { shape }]) => ({ name, shape }));
  const header = encodeSafetensorsHeader(specs, metadata);
  yield header.bytes;
  for (const { name, shape } of header.entries) {
    const values = await checkpoint.get(name)!.read();
    if (!(values instanceof Float32Array) || values.length !== elementCount(shape)) {
      throw new SafetensorsError(
        `'${name}' should be 32-bit numbers for its shape [${shape}], it is ${values?.length} numbers.`,
      );
    }
    const { buffer, byteOffset, byteLength } = values;
    yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}
