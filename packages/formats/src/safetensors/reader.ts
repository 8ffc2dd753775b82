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
 * A safetensors file that is in memory.
 *
 * @param bytes All of the file. It is not copied.
 * @throws SafetensorsError when anything about it is wrong.
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
 * The header of a safetensors file that is not in memory, checked against the file's length; tensors are read later, from
 * `start` to `end` of their entries.
 *
 * @param fileBytes Length of the file.
 * @throws SafetensorsError when anything about it is wrong, or when `read` brings another number of bytes.
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
