import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Code, long, number, routine, store32 } from '../../src/simd/assembler';
import { unsigned } from '../../src/simd/encoding';
import { assembled } from './assembled';

/** The number, by the definition: 7 bits a byte, the lowest first, the sign in the last. */
const read = (bytes: Code, withSign: boolean): bigint => {
  const value = bytes.reduce((sum, byte, at) => sum + (BigInt(byte & 127) << BigInt(7 * at)), 0n);
  return withSign ? BigInt.asIntN(7 * bytes.length, value) : value;
};
const endsOnce = (bytes: Code) => bytes.every((byte, at) => byte >= 128 === at < bytes.length - 1);

describe('a number without a sign', () => {
  test.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0x40]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [16383, [0xff, 0x7f]],
    [16384, [0x80, 0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 7]],
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 8]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 15]],
  ])('%i', (value, bytes) => {
    expect(unsigned(value)).toEqual(bytes);
  });

  test('can be read again, and has no superfluous byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), value => {
        const bytes = unsigned(value);
        expect(read(bytes, false)).toBe(BigInt(value));
        expect(endsOnce(bytes)).toBe(true);
        expect(bytes.length === 1 || bytes.at(-1) !== 0).toBe(true);
      }),
    );
  });

  test.each([-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('is not %d', value => {
    expect(() => unsigned(value)).toThrow(
      `A count, an index or an offset should be a whole number from 0 to 4294967295, not ${value}.`,
    );
  });
});

describe('a constant', () => {
  test.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [127, [0xff, 0]],
    [128, [0x80, 1]],
    [8191, [0xff, 0x3f]],
    [8192, [0x80, 0xc0, 0]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-128, [0x80, 0x7f]],
    [-129, [0xff, 0x7e]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 7]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('%i is the same of 32 and of 64 bits', (value, bytes) => {
    expect(number(value)).toEqual([0x41, ...bytes]);
    expect(long.number(value)).toEqual([0x42, ...bytes]);
  });

  test.each([
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 8]],
    [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
    [2 ** 53 - 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    [-(2 ** 53) + 1, [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x70]],
  ])('of 64 bits is %i', (value, bytes) => {
    expect(long.number(value)).toEqual([0x42, ...bytes]);
  });

  test('can be read again, and has no superfluous byte', () => {
    const values = fc.oneof(fc.integer(), fc.maxSafeInteger());
    fc.assert(
      fc.property(values, value => {
        const [, ...bytes] = long.number(value);
        expect(read(bytes, true)).toBe(BigInt(value));
        expect(endsOnce(bytes)).toBe(true);
        if (bytes.length > 1) expect(read(bytes.slice(0, -1), true)).not.toBe(BigInt(value));
      }),
    );
  });

  test('is what a routine computes with', () => {
    const values = [0, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32 - 1];
    const longs = [...values, 2 ** 40, -(2 ** 40) - 1, 2 ** 53 - 1, -(2 ** 53) + 1];
    const { calls, bytes } = assembled(
      routine('integers', [], () =>
        values.map((value, at) => store32(number(0), number(value), 4 * at)),
      ),
      routine('longs', [], () =>
        longs.map((value, at) => long.store(number(0), long.number(value), 8 * at)),
      ),
    );
    calls.integers!();
    expect([...new Int32Array(bytes.buffer, 0, values.length)]).toEqual(values.map(v => v | 0));
    calls.longs!();
    expect([...new BigInt64Array(bytes.buffer, 0, longs.length)]).toEqual(longs.map(BigInt));
  });

  test.each([-(2 ** 31) - 1, 2 ** 32, 0.5, Number.NaN])('of 32 bits is not %d', value => {
    expect(() => number(value)).toThrow(
      `A 32-bit constant should be a whole number from -2147483648 to 4294967295, not ${value}.`,
    );
  });

  test.each([-(2 ** 53), 2 ** 53, 0.5, Number.NaN])('of 64 bits is not %d', value => {
    expect(() => long.number(value)).toThrow(
      `A 64-bit constant should be a whole number from -9007199254740991 to 9007199254740991, not ${value}.`,
    );
  });
});
