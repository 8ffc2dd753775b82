import { describe, expect, test } from 'vitest';
import {
  decodeNpy,
  decodeNpyHeader,
  ElementTypeError,
  encodeNpy,
  type NpyArray,
  NpyError,
  npyHeader,
} from '../src/index';

/** A file of version 1, or 2, with a header as given. */
function fileOf(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = [...Buffer.from(`${header}\n`)];
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  const magic = [0x93, ...Buffer.from('NUMPY'), version, 0];
  return Uint8Array.from([...magic, ...length, ...text, ...Array.from(data)]);
}
const dictionary = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

describe('an npy file', () => {
  test('is what numpy.save writes', () => {
    // numpy 2: numpy.save(file, numpy.array([[1.5, -2]], '<f4')).
    const bytes = encodeNpy({ shape: [1, 2], values: Float32Array.of(1.5, -2) });
    const text = `${dictionary('<f4', '(1, 2)').padEnd(128 - 11)}\n`;
    expect(Buffer.from(bytes).toString('latin1')).toBe(
      `\x93NUMPY\x01\x00\x76\x00${text}\x00\x00\xc0\x3f\x00\x00\x00\xc0`,
    );
  });

  test.each<NpyArray>([
    { shape: [], values: Float64Array.of(Math.PI) },
    { shape: [3], values: Int8Array.of(-128, 0, 127) },
    { shape: [3], values: Uint8Array.of(0, 128, 255) },
    { shape: [2, 1], values: Int16Array.of(-32768, 32767) },
    { shape: [2], values: Uint16Array.of(0, 65535) },
    { shape: [2], values: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { shape: [1], values: Uint32Array.of(2 ** 32 - 1) },
    { shape: [2], values: BigInt64Array.of(-(2n ** 63n), 1n) },
    { shape: [1], values: BigUint64Array.of(2n ** 64n - 1n) },
    { shape: [4, 0, 2], values: new Float32Array(0) },
    { shape: Array<number>(9).fill(1), values: Float32Array.of(Number.NaN) },
  ])('of shape $shape comes back', array => {
    expect(decodeNpy(encodeNpy(array))).toEqual(array);
    // After an odd number of bytes it is not aligned.
    const moved = new Uint8Array([0, ...encodeNpy(array)]).subarray(1);
    expect(decodeNpy(moved)).toEqual(array);
    expect(decodeNpy(Buffer.from(moved.buffer, 1))).toEqual(array);
  });

  test('of version 2, or with its entries in another order, is read', () => {
    const header = "{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}";
    const expected = { shape: [2], values: Uint8Array.of(5, 6) };
    expect(decodeNpy(fileOf(header, [5, 6]))).toEqual(expected);
    expect(decodeNpy(fileOf(header, [5, 6], 2))).toEqual(expected);
  });

  test.each([
    ['that is empty', new Uint8Array(0), /it has 0 bytes/],
    ['of something else', new Uint8Array(200), /does not begin with/],
    ['of version 3', fileOf(dictionary('|u1', '()'), [1], 3), /its version is 3.0/],
    ['that ends in its header', fileOf(dictionary('|u1', '()')).subarray(0, 40), /ends within/],
    ['with bytes left over', fileOf(dictionary('|u1', '(1,)'), [1, 2]), /has 1 bytes, it has 2/],
    ['that is cut', fileOf(dictionary('<f4', '(1,)'), [1, 2, 3]), /has 4 bytes, it has 3/],
    ['with a negative side', fileOf(dictionary('|u1', '(-1,)')), /cannot be read at character/],
    ['with a side of 1.0', fileOf(dictionary('|u1', '(1.0,)')), /cannot be read at character/],
    ['with a number for a shape', fileOf(dictionary('|u1', '(1)'), [1]), /is not a tuple/],
    ['of too many bytes', fileOf(dictionary('|u1', '(9007199254740991, 2)')), /has NaN bytes/],
    ['with an entry twice', fileOf("{'descr': '|u1', 'descr': '|u1'}"), /has 'descr' twice/],
    ['without a shape', fileOf("{'descr': '|u1', 'fortran_order': False}"), /should have descr/],
    ['with a program for a header', fileOf('__import__'), /is not a dictionary/],
  ])('%s is refused by name', (_, bytes, message) => {
    const read = () => decodeNpy(bytes, { source: 'a.npy' });
    expect(read).toThrow(NpyError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^a\.npy is not a whole npy file/);
  });

  test.each([
    ['>f4', 'False', /elements are '>f4'/],
    ['|O', 'False', /elements are '\|O'/],
    ['<c8', 'False', /elements are '<c8'/],
    ['|u1', 'True', /Fortran order/],
  ])('of %s in Fortran order %s is of a type that cannot be read', (descr, order, message) => {
    const read = () => decodeNpy(fileOf(dictionary(descr, '(1,)', order), [1]), { source: 'a' });
    expect(read).toThrow(ElementTypeError);
    expect(read).toThrow(message);
  });

  test('is not written if the number of values does not match the shape', () => {
    const values = Float32Array.of(1, 2);
    for (const shape of [[3], [], [-2, -1], [0.5, 4], [Number.NaN]])
      expect(() => encodeNpy({ shape, values })).toThrow(/does not have 2 values/);
    expect(() => encodeNpy({ shape: [2], values: [1, 2] as never })).toThrow(NpyError);
  });

  test('of which only the beginning is at hand says where its numbers are', () => {
    const header = npyHeader([1_000_000, 4, 2048], '<f2');
    const start = header.length;
    expect(decodeNpyHeader(header)).toEqual({
      ...{ type: '<f2', shape: [1_000_000, 4, 2048], start, size: start + 2 * 8_192_000_000 },
    });
    expect(() => decodeNpy(header)).toThrow(ElementTypeError);
    const read = (bytes: Uint8Array) => () => decodeNpyHeader(bytes, { source: 'a.npy' });
    expect(read(header.subarray(0, 60))).toThrow(NpyError);
    expect(read(fileOf(dictionary('<f8', '(2,)', 'True')))).toThrow(/a\.npy: .*Fortran order/);
    expect(read(fileOf(dictionary('<f4', '(9007199254740991, 2)')))().size).toBeNaN();
  });
});
