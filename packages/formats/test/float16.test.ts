import { expect, test } from 'vitest';
import { fromBfloat16, fromHalf, toHalf } from '../src/index';

const every = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

test('every 16-bit number comes back from 32 bits', () => {
  const values = fromHalf(every);
  const back = toHalf(values);
  const isNumber = (bits: number) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0;
  expect(every.filter(bits => isNumber(bits) && back[bits] !== bits)).toHaveLength(0);
  expect(every.filter(bits => !isNumber(bits) && !Number.isNaN(values[bits]))).toHaveLength(0);
  expect(Number.isNaN(fromHalf(toHalf(Float32Array.of(Number.NaN)))[0])).toBe(true);
});

test('a number becomes the nearest 16-bit number, in a tie the even one', () => {
  const values = fromHalf(every.subarray(0, 0x7c00));
  for (let bits = 0; bits + 1 < values.length; bits++) {
    const [below, above] = [values[bits]!, values[bits + 1]!];
    const middle = (below + above) / 2;
    const step = middle * 2 ** -23;
    const even = bits % 2 === 0 ? bits : bits + 1;
    expect([...toHalf(Float32Array.of(middle, middle - step, middle + step, -middle))]).toEqual([
      even,
      bits,
      bits + 1,
      even | 0x8000,
    ]);
  }
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [-0, 0x8000],
  [65504, 0x7bff],
  [65519, 0x7bff],
  [65520, 0x7c00],
  [-Infinity, 0xfc00],
  [1 + 2 ** -11, 0x3c00], // a tie, to even
  [1 + 3 * 2 ** -11, 0x3c02], // a tie, to even
  [2 ** -24, 1],
  [2 ** -25, 0], // a tie, to even
  [1.5 * 2 ** -24, 2], // a tie, to even
  [2 ** -14 - 2 ** -26, 0x400],
])('%d is 16-bit 0x%s', (value, bits) => {
  expect(toHalf(Float32Array.of(value))[0]).toBe(bits);
});

test('bfloat16 is the upper half of 32 bits', () => {
  expect([...fromBfloat16(Uint16Array.of(0x3fc0, 0xc000, 0x7f80, 0x0001))]).toEqual([
    1.5,
    -2,
    Infinity,
    2 ** -133,
  ]);
});
