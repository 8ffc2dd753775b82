import type { ReadOptions } from '../error';
import { otherFile } from '../other-file';
import { elementCount } from '../shape';
import { bitsOfType, isSafetensorsType, type SafetensorsType } from './element-type';
import { damaged } from './error';
import { HeaderText } from './header-text';

/** One tensor, as the header of a safetensors file describes it. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** Position of the first byte of the values, and of the byte after the last one, counted from the start of the file. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** The tensors, in the order of their bytes in the file. */
  readonly entries: readonly SafetensorsEntry[];
  /** Free text by key, such as `{ format: 'pt' }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Number of bytes at the start of the file that hold the length of the header. */
export const prefixBytes = 8;

/**
 * The longest header that is read, in bytes. A header of 100,000 tensors is shorter; a longer length is
 * refused before memory is allocated for it.
 */
export const mostHeaderBytes = 25_000_000;

/**
 * Reads the length of the header in bytes. The header follows the first eight bytes of the file.
 *
 * @param prefix The first eight bytes of the file, or the whole file if it is shorter.
 * @param fileBytes Length of the file in bytes.
 * @throws SafetensorsError when the file cannot have a header of that length.
 * @example
 * ```ts
 * const length = safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length);
 * const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
 * ```
 */
export function safetensorsHeaderLength(
  prefix: Uint8Array,
  fileBytes: number,
  options: ReadOptions = {},
): number {
  if (prefix.byteLength < prefixBytes || fileBytes < prefixBytes)
    throw damaged(`it has only ${Math.min(prefix.byteLength, fileBytes)} bytes`, options);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes)) {
    const what = otherFile(prefix);
    const why = `its header would have ${length} bytes, more than ${mostHeaderBytes}`;
    throw damaged(what === undefined ? why : `it begins as ${what}`, options);
  }
  if (prefixBytes + Number(length) > fileBytes)
    throw damaged(`it ends within its header: it has ${fileBytes} bytes`, options);
  return Number(length);
}

/**
 * Reads and checks the header: every name occurs once, every tensor has the number of bytes for its type and shape, and the tensors cover
 * the rest of the file without a gap or an overlap.
 *
 * @param bytes The header without the eight bytes before it.
 * @param fileBytes Length of the file in bytes.
 * @throws SafetensorsError when any part of the header is wrong.
 * @see https://github.com/huggingface/safetensors#format
 * @example
 * ```ts
 * const length = safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length);
 * const { entries, metadata } = decodeSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length);
 * console.log(metadata.format, entries[0]); // pt, { name: 'fc.bias', dtype: 'F32', shape: [9], start: 1024, end: 1060 }
 * ```
 */
export function decodeSafetensorsHeader(
  bytes: Uint8Array,
  fileBytes: number,
  options: ReadOptions = {},
): SafetensorsHeader {
  const fail = (why: string): never => {
    throw damaged(why, options);
  };
  const first = prefixBytes + bytes.byteLength;
  const { entries, metadata } = readText(textOf(bytes, fail), first, fail);
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let offset = first;
  for (const { name, start, end } of entries) {
    if (start !== offset)
      fail(`'${name}' should begin at byte ${offset}, but its header says ${start}`);
    if (end > fileBytes)
      fail(`'${name}' would end at byte ${end}, but the file has ${fileBytes} bytes`);
    offset = end;
  }
  if (offset !== fileBytes)
    fail(`its tensors end at byte ${offset}, but the file has ${fileBytes} bytes`);
  return { entries, metadata };
}

type Fail = (why: string) => never;

function textOf(bytes: Uint8Array, fail: Fail): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('its header is not UTF-8');
  }
  return text.startsWith('{') ? text : fail('its header is not a JSON object');
}

function readText(text: string, first: number, fail: Fail) {
  const entries: SafetensorsEntry[] = [];
  const metadata: [string, string][] = [];
  const header = new HeaderText(text, fail);
  header.object(name => {
    if (name === '__metadata__') header.object(key => metadata.push([key, header.string()]));
    else entries.push(readEntry(name, header, first, fail));
  });
  header.end();
  return { entries, metadata: Object.fromEntries(metadata) };
}

function readEntry(name: string, header: HeaderText, first: number, fail: Fail): SafetensorsEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  header.object(field => {
    if (field === 'dtype') dtype = header.string();
    else if (field === 'shape') shape = header.counts();
    else if (field === 'data_offsets') offsets = header.counts();
    else fail(`'${name}' has a field ${JSON.stringify(field)}, which the format does not have`);
  });
  if (dtype === undefined || !shape || offsets?.length !== 2)
    return fail(`'${name}' should have a dtype, a shape and two data_offsets`);
  if (!isSafetensorsType(dtype))
    return fail(`'${name}' is ${JSON.stringify(dtype)}, which is not a type of the format`);
  const [start, end] = offsets as [number, number];
  const bytes = ((elementCount(shape) ?? Number.NaN) * bitsOfType[dtype]) / 8;
  if (!Number.isSafeInteger(bytes))
    return fail(`'${name}' of ${dtype} [${shape}] has no whole number of bytes below 2^53`);
  if (end - start !== bytes)
    return fail(`'${name}' of ${dtype} [${shape}] should have ${bytes} bytes, not ${end - start}`);
  return { name, dtype, shape, start: first + start, end: first + end };
}
