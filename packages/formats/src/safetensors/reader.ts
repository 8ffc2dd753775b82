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
  /** A view of the file; `toFloat32` makes numbers of it. */
  readonly bytes: Uint8Array;
}

/**
 * Reads bytes of a file that is somewhere else.
 *
 * @param start First byte.
 * @param end The one after the last.
 */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Reads a safetensors file that is in memory.
 *
 * @param bytes All of the file. It is not copied.
 * @throws SafetensorsError when anything about it is wrong.
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
 * Reads the header of a safetensors file that is not in memory, and checks it against the file's length. Tensors are read
 * later, from `start` to `end` of their entries.
 *
 * @param fileBytes Length of the file.
 * @throws SafetensorsError when anything about it is wrong, or when `read` brings another number of bytes.
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
    throw damaged(`${bytes.byteLength} of its bytes ${start} to ${end} could be read`, options);
  };
  const prefix = await whole(0, Math.min(prefixBytes, fileBytes));
  const length = safetensorsHeaderLength(prefix, fileBytes, options);
  const header = await whole(prefixBytes, prefixBytes + length);
  return decodeSafetensorsHeader(header, fileBytes, options);
}
