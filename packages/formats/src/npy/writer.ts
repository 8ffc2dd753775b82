import { elementCount } from '../shape';
import { type NpyStoredType, npyTypeOf } from './element-type';
import { NpyError } from './error';
import { type NpyArray, npyMagic } from './reader';

/** The values begin at a multiple of this many bytes, as in the files that NumPy writes. */
const alignment = 64;

/**
 * Encodes an array as an npy file, as `numpy.save` does: in version 1, or in version 2 if the header is too long for version 1.
 *
 * @throws NpyError when the number of values does not match the shape, or when npy has no type for the values.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const values = Float32Array.of(1, 2, 3, 4, 5, 6);
 * await writeFile('features.npy', encodeNpy({ shape: [2, 3], values })); // numpy.load('features.npy')[1, 0] is 4
 * ```
 */
export function encodeNpy({ shape, values }: NpyArray): Uint8Array {
  const type = npyTypeOf(values);
  if (!type) throw new NpyError('The values are not an array of numbers of one supported type.');
  if (elementCount(shape) !== values.length)
    throw new NpyError(`The shape [${shape}] does not have ${values.length} values.`);
  const header = npyHeader(shape, type);
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return bytes;
}

/**
 * The first bytes of an npy file, for arrays that are written piece by piece. The values follow, little-endian. Those of the type `<f2`,
 * float16, are the bits that `toHalf` returns.
 *
 * @example
 * ```ts
 * import { appendFile, writeFile } from 'node:fs/promises';
 *
 * await writeFile('features.npy', npyHeader([2, 3], '<f4'));
 * for (const row of [[1, 2, 3], [4, 5, 6]]) await appendFile('features.npy', Buffer.from(Float32Array.from(row).buffer));
 * ```
 */
export function npyHeader(shape: readonly number[], type: NpyStoredType): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Spaces and a line break fill the header up to a multiple of 64 bytes.
  const isLong = Math.ceil((10 + text.length + 1) / alignment) * alignment - 10 > 0xffff;
  const prefix = isLong ? 12 : 10;
  const first = Math.ceil((prefix + text.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(first).fill(0x20);
  bytes.set(npyMagic);
  bytes.set([isLong ? 2 : 1, 0], npyMagic.length);
  const view = new DataView(bytes.buffer);
  if (isLong) view.setUint32(8, first - prefix, true);
  else view.setUint16(8, first - prefix, true);
  bytes.set(new TextEncoder().encode(text), prefix);
  bytes[first - 1] = 0x0a;
  return bytes;
}
