import { expect, test } from 'vitest';
import { fromHalf, toFloat32, toHalf } from '../src/weights/numbers';

test('every 16-bit number comes back from 32 bits', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
  const values = Float32Array.from(all, fromHalf);
  const wrong = all.filter((bits, k) => {
    const [back] = toHalf(values.subarray(k, k + 1));
    return Number.isNaN(values[k]) ? !Number.isNaN(fromHalf(back!)) : back !== bits;
  });
  expect([...wrong]).toEqual([]);
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65520, 0x7c00],
  [1 + 2 ** -11, 0x3c00], // a tie, to even
  [1 + 3 * 2 ** -11, 0x3c02], // a tie, to even
  [2 ** -24, 1],
  [2 ** -25, 0], // a tie, to even
  [1.5 * 2 ** -24, 2], // a tie, to even
  [2 ** -14 - 2 ** -26, 0x400],
])('%d is 16-bit 0x%s', (value, bits) => {
  expect(toHalf(Float32Array.of(value))[0]).toBe(bits);
});

test('numbers of other types are converted', () => {
  expect([...toFloat32(new Uint8Array(Float64Array.of(1.5, -2).buffer), 'F64')]).toEqual([1.5, -2]);
  expect([...toFloat32(Uint8Array.of(0xc0, 0x3f, 0x00, 0xc0), 'BF16')]).toEqual([1.5, -2]);
  expect([...toFloat32(Uint8Array.of(0x00, 0x3e, 0x00, 0xc0), 'F16')]).toEqual([1.5, -2]);
  const unaligned = new Uint8Array(9);
  unaligned.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
  expect([...toFloat32(unaligned.subarray(1), 'F32')]).toEqual([1.5, -2]);
});
