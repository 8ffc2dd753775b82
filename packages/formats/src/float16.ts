const bitsOf = new Uint32Array(1);
const numberOf = new Float32Array(bitsOf.buffer);

/**
 * Rounds numbers to 16-bit floating point (IEEE 754 binary16, ties to even) and returns their bits.
 * Numbers of 65,520 or more become infinite.
 *
 * @example
 * ```ts
 * toHalf(Float32Array.of(1, -2, 65_520)); // Uint16Array [0x3c00, 0xc000, 0x7c00]
 * ```
 */
export function toHalf(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const half = new Uint16Array(numbers.length);
  for (let i = 0; i < half.length; i++) {
    const magnitude = bits[i]! & 0x7fffffff;
    const sign = (bits[i]! >>> 16) & 0x8000;
    if (magnitude >= 0x38800000 && magnitude < 0x477ff000) {
      // A normal number: the code rebases the exponent and rounds the fraction.
      half[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    } else if (magnitude >= 0x477ff000) {
      half[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    } else if (magnitude > 0) {
      // The number is subnormal in 16 bits. Adding 0.5 rounds it to a multiple of 2^-24, and the
      // multiple is left in the lowest bits of the sum.
      bitsOf[0] = magnitude;
      numberOf[0] = numberOf[0]! + 0.5;
      half[i] = sign | (bitsOf[0]! - 0x3f000000);
    } else half[i] = sign;
  }
  return half;
}

let table: Float32Array | undefined;

/**
 * Converts 16-bit floating-point numbers (IEEE 754 binary16), given as their bits, to 32-bit numbers. The conversion is exact.
 *
 * @param numbers Array that the result is written to. Default: a new array.
 * @example
 * ```ts
 * fromHalf(Uint16Array.of(0x3c00, 0xc000, 0x7c00)); // Float32Array [1, -2, Infinity]
 * ```
 */
export function fromHalf(
  half: Uint16Array,
  numbers: Float32Array = new Float32Array(half.length),
): Float32Array {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => numberOfHalf(bits));
  for (let i = 0; i < half.length; i++) numbers[i] = table[half[i]!]!;
  return numbers;
}

function numberOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Converts bfloat16 numbers, given as their bits, to 32-bit numbers. The conversion is exact:
 * bfloat16 is the upper half of a 32-bit number.
 *
 * @example
 * ```ts
 * fromBfloat16(Uint16Array.of(0x3f80, 0xc000)); // Float32Array [1, -2]
 * ```
 */
export function fromBfloat16(upper: Uint16Array): Float32Array {
  const numbers = new Float32Array(upper.length);
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < upper.length; i++) bits[i] = upper[i]! << 16;
  return numbers;
}
