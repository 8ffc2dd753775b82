/** Element types of a safetensors file that hold floating-point numbers, by their size in bytes. */
export const floatSizes = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

export type FloatType = keyof typeof floatSizes;

/**
 * Little-endian floating-point numbers in 32 bits each.
 *
 * @param bytes A view where they are aligned 32-bit numbers already, else they are converted.
 */
export function toFloat32(bytes: Uint8Array, type: FloatType): Float32Array {
  const count = bytes.byteLength / floatSizes[type];
  if (type === 'F32' && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  if (type === 'F32') {
    for (let i = 0; i < count; i++) numbers[i] = view.getFloat32(4 * i, true);
  } else if (type === 'F64') {
    for (let i = 0; i < count; i++) numbers[i] = view.getFloat64(8 * i, true);
  } else if (type === 'BF16') {
    // The upper half of a 32-bit number.
    const bits = new Uint32Array(numbers.buffer);
    for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  } else {
    for (let i = 0; i < count; i++) numbers[i] = fromHalf(view.getUint16(2 * i, true));
  }
  return numbers;
}

/** A 16-bit floating-point number (IEEE 754 binary16) from its bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest 16-bit floating-point numbers, ties to even, as their bits. What is beyond 65,504 becomes infinite. */
export function toHalf(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const half = new Uint16Array(numbers.length);
  for (let i = 0; i < half.length; i++) half[i] = halfBits(bits[i]!, numbers[i]!);
  return half;
}

function halfBits(bits: number, value: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal one: a whole number of 2^-24.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
