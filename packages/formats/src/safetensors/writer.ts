import { elementCount } from '../shape';
import { bitsOfType, type SafetensorsType } from './element-type';
import { SafetensorsError } from './error';
import { mostHeaderBytes, prefixBytes, type SafetensorsEntry } from './header';
import { isText } from './header-text';

/** A tensor's name, shape and type, for the header. */
export interface SafetensorsSpec {
  readonly name: string;
  /** Element type. Default `F32`. */
  readonly dtype?: SafetensorsType;
  readonly shape: readonly number[];
}

/** Arrays of numbers whose class determines the element type in the file. */
export type SafetensorsValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

const typeOfArray: Readonly<Record<string, SafetensorsType>> = {
  ...{ Float32Array: 'F32', Float64Array: 'F64', Int8Array: 'I8', Uint8Array: 'U8' },
  ...{ Int16Array: 'I16', Uint16Array: 'U16', Int32Array: 'I32', Uint32Array: 'U32' },
  ...{ BigInt64Array: 'I64', BigUint64Array: 'U64' },
};

/**
 * Encodes the beginning of a safetensors file, so that its tensors can be written one after another.
 *
 * @returns The bytes before the first tensor, a multiple of eight, and the tensors in the order in which their values must follow. Tensors
 *   with larger elements come first, so that all are aligned; otherwise the given order is kept.
 * @throws SafetensorsError when a name, a shape or the metadata cannot be written.
 * @example
 * ```ts
 * import { open } from 'node:fs/promises';
 *
 * const valuesOf = new Map([['fc.bias', Float32Array.of(0, 1)]]);
 * const { bytes, entries } = encodeSafetensorsHeader([{ name: 'fc.bias', shape: [2] }]);
 * const file = await open('head.safetensors', 'w');
 * await file.write(bytes);
 * for (const { name } of entries) await file.write(valuesOf.get(name)!);
 * await file.close();
 * ```
 */
export function encodeSafetensorsHeader(
  tensors: Iterable<SafetensorsSpec>,
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; entries: readonly SafetensorsEntry[]; fileBytes: number } {
  const names = new Set(['__metadata__']);
  const specs = [...tensors].map(({ name, dtype = 'F32', shape }) => {
    if (names.has(name) || !isText(name))
      throw unwritable(name, 'the name occurs twice, is reserved, or contains half a character');
    names.add(name);
    const bytes = ((elementCount(shape) ?? Number.NaN) * bitsOfType[dtype]) / 8;
    if (!Number.isSafeInteger(bytes))
      throw unwritable(
        name,
        `${dtype} [${shape}] does not take a whole number of bytes below 2^53`,
      );
    return { name, dtype, shape, bytes };
  });
  specs.sort((a, b) => bitsOfType[b.dtype] - bitsOfType[a.dtype]);
  let end = 0;
  const placed = specs.map(({ bytes, ...spec }) => {
    const start = end;
    end += bytes;
    return { ...spec, start, end };
  });
  const header = encodeHeader(placed, metadata);
  const first = header.byteLength;
  const entries = placed.map(each => ({
    ...each,
    start: first + each.start,
    end: first + each.end,
  }));
  return { bytes: header, entries, fileBytes: first + end };
}

/**
 * Encodes tensors as a safetensors file.
 *
 * @param tensors Tensors by name. The type of a tensor's array determines its element type in the file.
 * @throws SafetensorsError when the number of a tensor's values does not match its shape, or when the tensor cannot be written.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const weight = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * await writeFile('head.safetensors', encodeSafetensors(new Map([['fc.weight', weight]]), { epoch: '7' }));
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; values: SafetensorsValues }>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const specs = [...tensors].map(([name, { shape, values }]) => {
    const dtype = typeOfArray[values?.[Symbol.toStringTag]];
    if (!dtype)
      throw unwritable(name, 'its values are not an array of numbers of one supported type');
    if (elementCount(shape) !== values.length)
      throw unwritable(name, `[${shape}] does not have ${values.length} values`);
    return { name, dtype, shape };
  });
  const { bytes: header, entries, fileBytes } = encodeSafetensorsHeader(specs, metadata);
  const file = new Uint8Array(fileBytes);
  file.set(header);
  for (const { name, start } of entries) {
    const { buffer, byteOffset, byteLength } = tensors.get(name)!.values;
    file.set(new Uint8Array(buffer, byteOffset, byteLength), start);
  }
  return file;
}

/** @param placed The tensors, their positions counted from the end of the header. */
function encodeHeader(
  placed: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string' || !isText(key) || !isText(value))
      throw unwritable(`__metadata__.${key}`, 'it should be a string of whole characters');
  }
  // The JSON is put together entry by entry: an object would lose a tensor named `__proto__`.
  const fields = [`"__metadata__":${JSON.stringify(metadata)}`];
  for (const { name, dtype, shape, start, end } of placed) {
    const entry = { dtype, shape, data_offsets: [start, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  // Spaces fill the header up to a multiple of eight bytes, so that the tensors are aligned in memory.
  const length = Math.ceil(json.byteLength / 8) * 8;
  if (length > mostHeaderBytes) {
    throw new SafetensorsError(
      `The header would have ${length} bytes, more than ${mostHeaderBytes}: there are too many tensors, or too much text.`,
    );
  }
  const bytes = new Uint8Array(prefixBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, prefixBytes);
  return bytes;
}

function unwritable(name: string, why: string): SafetensorsError {
  return new SafetensorsError(
    `'${name}' cannot be written as safetensors: ${why}. Nothing is written.`,
  );
}
