import type { Checkpoint, CheckpointTensor, Scratch } from './checkpoint';
import { type FloatType, floatSizes, toFloat32 } from './numbers';

/** What a safetensors file says of one tensor. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte of its values, and the one behind the last, counted from the start of the file. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  /** Free text, such as `{ format: 'pt' }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file is damaged, cut short, or not one at all. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** The length of the header is in the first eight bytes. */
export const prefixBytes = 8;

/** A header of 100,000 tensors is smaller; what claims more is not worth the memory. */
const mostHeaderBytes = 25_000_000;

const otherSizes: Record<string, number> = { I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2 };
const sizes: Record<string, number> = { ...floatSizes, ...otherSizes, I8: 1, U8: 1, BOOL: 1 };

/**
 * The length of the header.
 *
 * @param prefix The first eight bytes of the file.
 * @param fileBytes Length of the file.
 * @throws SafetensorsError when the file cannot have a header of that length.
 */
export function headerLength(prefix: Uint8Array, fileBytes: number): number {
  if (prefix.byteLength < prefixBytes) throw damaged(`it has ${prefix.byteLength} bytes`);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes))
    throw damaged(`its header would have ${length} bytes, more than ${mostHeaderBytes}`);
  if (prefixBytes + Number(length) > fileBytes)
    throw damaged(`it ends within its header: it has ${fileBytes} bytes`);
  return Number(length);
}

/**
 * The header, checked: sizes belong to shapes, and the tensors cover the rest of the file without a gap or an overlap.
 *
 * @param bytes The header without the eight bytes before it.
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number): SafetensorsHeader {
  const first = prefixBytes + bytes.byteLength;
  const { __metadata__: metadata = {}, ...tensors } = parseJson(bytes);
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value, first));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let offset = first;
  for (const { name, start, end } of entries) {
    if (start !== offset)
      throw damaged(`'${name}' should begin at byte ${offset}, its header says ${start}`);
    offset = end;
  }
  if (offset !== fileBytes)
    throw damaged(`its tensors end at byte ${offset}, it has ${fileBytes} bytes`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // It is not JSON at all: the same error says so.
  }
  throw damaged('its header is not a JSON object');
}

function parseEntry(name: string, value: unknown, first: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const isCount = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  const isCounts = (list: unknown): list is number[] => Array.isArray(list) && list.every(isCount);
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw damaged(`its header says of '${name}' ${JSON.stringify(value)}`);
  const [start, end] = offsets as [number, number];
  const size = sizes[dtype];
  const bytes = shape.reduce((product, side) => product * side, size ?? 1);
  if (size !== undefined && end - start !== bytes)
    throw damaged(
      `'${name}' of ${dtype} [${shape}] should have ${bytes} bytes, not ${end - start}`,
    );
  return { name, dtype, shape, start: first + start, end: first + end };
}

/** A checkpoint over the bytes that `read` brings, one tensor at a time. */
export function checkpointOver(
  { entries }: SafetensorsHeader,
  read: (entry: SafetensorsEntry, scratch?: Scratch) => Promise<Uint8Array>,
): Checkpoint {
  return new Map(
    entries.map((entry): [string, CheckpointTensor] => {
      const { name, dtype, shape } = entry;
      const values = async (scratch?: Scratch) => {
        if (!(dtype in floatSizes))
          throw new SafetensorsError(`'${name}' is ${dtype}; weights are F64, F32, F16 or BF16.`);
        return toFloat32(await read(entry, scratch), dtype as FloatType);
      };
      return [name, { shape, read: values }];
    }),
  );
}

/**
 * A safetensors file that is in memory.
 *
 * @param bytes It is not copied: 32-bit tensors are views of it.
 * @throws SafetensorsError when the file is damaged.
 */
export function readSafetensors(bytes: Uint8Array): {
  checkpoint: Checkpoint;
  metadata: Readonly<Record<string, string>>;
} {
  const length = headerLength(bytes, bytes.byteLength);
  const header = parseHeader(bytes.subarray(prefixBytes, prefixBytes + length), bytes.byteLength);
  const checkpoint = checkpointOver(header, async ({ start, end }) => bytes.subarray(start, end));
  return { checkpoint, metadata: header.metadata };
}

/**
 * The bytes of a safetensors file, in pieces: the header, then each tensor, read when its turn comes.
 *
 * @param metadata Free text to keep in it. Default `{ format: 'pt' }`, which transformers asks for.
 */
export async function* safetensorsChunks(
  checkpoint: Checkpoint,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): AsyncGenerator<Uint8Array> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape }] of checkpoint) {
    const start = end;
    end += shape.reduce((product, side) => product * side, floatSizes.F32);
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  // Spaces bring the tensors to a multiple of eight bytes, where they can be mapped into memory.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.byteLength / 8) * 8).fill(0x20);
  padded.set(json);
  const prefix = new Uint8Array(prefixBytes);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(padded.byteLength), true);
  yield prefix;
  yield padded;
  for (const { read } of checkpoint.values()) {
    const { buffer, byteOffset, byteLength } = await read();
    yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}

function damaged(why: string): SafetensorsError {
  return new SafetensorsError(`This is not a whole safetensors file: ${why}.`);
}
