import type { ReadOptions } from '../error';
import { damaged } from './error';
import {
  decodeSafetensorsHeader,
  prefixBytes,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from './header';

/** One tensor of a file that is in memory. */
export interface SafetensorsTensor extends SafetensorsEntry {
  /** The tensor's bytes, as a view of the file; `toFloat32` converts them to numbers. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a range of bytes of a file that is not in memory.
 *
 * @param start Position of the first byte.
 * @param end Position after the last byte.
 */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Reads a safetensors file that is in memory.
 *
 * @param bytes The whole file. It is not copied.
 * @throws SafetensorsError when any part of the file is wrong.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const source = 'model.safetensors';
 * const { tensors, metadata } = decodeSafetensors(await readFile(source), { source });
 * for (const { name, dtype, shape } of tensors.values()) console.log(name, dtype, shape);
 * ```
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: ReadOptions = {},
): { tensors: ReadonlyMap<string, SafetensorsTensor>; metadata: Readonly<Record<string, string>> } {
  const end = prefixBytes + safetensorsHeaderLength(bytes, bytes.byteLength, options);
  const header = bytes.subarray(prefixBytes, end);
  const { entries, metadata } = decodeSafetensorsHeader(header, bytes.byteLength, options);
  const tensors = entries.map(
    entry => [entry.name, { ...entry, bytes: bytes.subarray(entry.start, entry.end) }] as const,
  );
  return { tensors: new Map(tensors), metadata };
}

/**
 * Reads the header of a safetensors file that is not in memory, and checks it against the file's length. The caller reads each tensor
 * later, from the `start` to the `end` of its entry.
 *
 * @param fileBytes Length of the file in bytes.
 * @throws SafetensorsError when any part of the header is wrong, or when `read` returns fewer or more bytes than requested.
 * @example
 * ```ts
 * import { openAsBlob } from 'node:fs';
 *
 * const file = await openAsBlob('model.safetensors'); // in a browser: the file of a form
 * const read = async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer());
 * const { entries } = await readSafetensorsHeader(read, file.size);
 * const weight = entries.find(({ name }) => name === 'fc.weight')!;
 * const values = toFloat32(await read(weight.start, weight.end), weight);
 * ```
 */
export async function readSafetensorsHeader(
  read: ReadRange,
  fileBytes: number,
  options: ReadOptions = {},
): Promise<SafetensorsHeader> {
  const whole = async (start: number, end: number) => {
    const bytes = await read(start, end);
    if (bytes.byteLength === end - start) return bytes;
    throw damaged(
      `${bytes.byteLength} bytes could be read of the bytes ${start} to ${end}`,
      options,
    );
  };
  const prefix = await whole(0, Math.min(prefixBytes, fileBytes));
  const length = safetensorsHeaderLength(prefix, fileBytes, options);
  const header = await whole(prefixBytes, prefixBytes + length);
  return decodeSafetensorsHeader(header, fileBytes, options);
}
