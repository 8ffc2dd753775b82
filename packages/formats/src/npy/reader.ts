import { ElementTypeError, type ReadOptions } from '../error';
import { elementCount } from '../shape';
import {
  bytesOfNpyType,
  type NpyStoredType,
  type NpyType,
  type NpyValues,
  npyTypes,
  npyValuesOf,
} from './element-type';
import { damaged } from './error';
import { parseNpyHeader } from './header';

/** A NumPy array in C order: the last axis varies fastest. */
export interface NpyArray {
  /** Length of each axis. A scalar has the shape `[]`. */
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

/** The first six bytes of every npy file: `\x93NUMPY`. */
export const npyMagic: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Longest header that is read. NumPy too refuses longer headers in files that it does not trust. */
const mostHeaderBytes = 10_000;

/**
 * Reads an npy file of version 1 or 2. Its numbers are float32, float64 or integers of 8 to 64 bits, little-endian, in C order.
 *
 * @param bytes The whole file. The returned values are a view of these bytes if they are aligned, else a copy.
 * @throws NpyError when the file is damaged or is not an npy file.
 * @throws ElementTypeError when the file is intact, but has another element type or is in Fortran order.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const { shape, values } = decodeNpy(await readFile('features.npy'));
 * if (values instanceof Float32Array) console.log(shape, values[0]); // of numpy.float32
 * ```
 */
export function decodeNpy(bytes: Uint8Array, options: ReadOptions = {}): NpyArray {
  const { type, shape, start, size } = decodeNpyHeader(bytes, { ...options, types: npyTypes });
  if (bytes.byteLength !== size)
    throw damaged(
      `${type} [${shape}] has ${size - start} bytes, it has ${bytes.byteLength - start}`,
      options,
    );
  return { shape, values: npyValuesOf(type as NpyType, bytes.subarray(start)) };
}

/** What the header of an npy file says about the numbers after it. */
export interface NpyLayout {
  readonly type: NpyStoredType;
  readonly shape: readonly number[];
  /** The byte at which the numbers begin. */
  readonly start: number;
  /** Number of bytes of the whole file; NaN if there are more than a file can hold. */
  readonly size: number;
}

export interface NpyHeaderOptions extends ReadOptions {
  /** Types that the caller can use. Default: those of `decodeNpy` and `<f2`. */
  readonly types?: readonly NpyStoredType[];
}

/**
 * Reads the header of an npy file of version 1 or 2, so that its numbers can be read by parts. Besides the types of `decodeNpy`, they may
 * be float16 (`<f2`), which `fromHalf` converts.
 *
 * @param bytes The beginning of the file: 10,012 bytes, or all if there are fewer.
 * @throws NpyError when the header is damaged, or the file is not an npy file.
 * @throws ElementTypeError when the file has another element type or is in Fortran order.
 * @example
 * ```ts
 * import { open } from 'node:fs/promises';
 *
 * const file = await open('features.npy');
 * const { buffer, bytesRead } = await file.read(new Uint8Array(10_012), 0, 10_012, 0);
 * const { type, shape, start } = decodeNpyHeader(buffer.subarray(0, bytesRead)); // '<f2', [1000000, 4, 2048], 128
 * ```
 */
export function decodeNpyHeader(bytes: Uint8Array, options: NpyHeaderOptions = {}): NpyLayout {
  const { types = ['<f2', ...npyTypes] } = options;
  const fail = (why: string): never => {
    throw damaged(why, options);
  };
  const first = headerStart(bytes, fail);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = first === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > mostHeaderBytes)
    fail(`its header would have ${length} bytes, more than ${mostHeaderBytes}`);
  if (first + length > bytes.byteLength) fail('it ends within its header');
  const letters = bytes.subarray(first, first + length);
  if (letters.some(letter => letter > 126)) fail('its header is not ASCII');
  const header = parseNpyHeader(new TextDecoder().decode(letters));
  if (typeof header === 'string') return fail(header);
  const { descr, isFortran, shape } = header;
  if (!types.includes(descr as NpyType))
    throw elementType(
      `its elements are '${descr}'; only ${types} can be read. Save it as array.astype('<f4').`,
      options,
    );
  if (isFortran)
    throw elementType(
      'the array is in Fortran order. Save it as numpy.ascontiguousarray(array).',
      options,
    );
  const type = descr as NpyStoredType;
  const start = first + length;
  const count = elementCount(shape) ?? Number.NaN;
  return { type, shape, start, size: start + count * bytesOfNpyType(type) };
}

/** The byte at which the header begins. The length before it takes two bytes in version 1 and four in version 2. */
function headerStart(bytes: Uint8Array, fail: (why: string) => never): number {
  if (bytes.byteLength < 12) return fail(`it has ${bytes.byteLength} bytes`);
  if (npyMagic.some((byte, index) => bytes[index] !== byte))
    return fail('it does not begin with \\x93NUMPY');
  const [major, minor] = [bytes[6]!, bytes[7]!];
  if (minor !== 0 || (major !== 1 && major !== 2))
    return fail(`its version is ${major}.${minor}; only 1.0 and 2.0 can be read`);
  return major === 1 ? 10 : 12;
}

const elementType = (why: string, { source }: ReadOptions): ElementTypeError =>
  new ElementTypeError(`${source ?? 'This'}: ${why}`, { source });
