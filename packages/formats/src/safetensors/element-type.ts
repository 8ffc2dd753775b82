import { ElementTypeError, type ReadOptions } from '../error';
import { fromBfloat16, fromHalf } from '../float16';

/** Number of bits per element, for each type of the safetensors format, under the names of the reference implementation. */
export const bitsOfType = {
  ...{ BOOL: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
  ...{ U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32 },
  ...{ C64: 64, F64: 64, I64: 64, U64: 64 },
} as const;

/** Name of an element type in a safetensors file. */
export type SafetensorsType = keyof typeof bitsOfType;

export const isSafetensorsType = (name: string): name is SafetensorsType =>
  Object.hasOwn(bitsOfType, name);

const floats: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);

/** A tensor's name and element type. */
interface Typed {
  readonly name: string;
  readonly dtype: SafetensorsType;
}

/**
 * Checks that {@link toFloat32} can read an element type. Integer types are refused: the weights of a
 * quantized network are useless without its scales.
 *
 * @throws ElementTypeError when `toFloat32` cannot read the type.
 * @example
 * ```ts
 * const { tensors } = decodeSafetensors(bytes);
 * for (const tensor of tensors.values()) checkFloat(tensor); // throws before any tensor is converted
 * ```
 */
export function checkFloat({ name, dtype }: Typed, { source }: ReadOptions = {}): void {
  if (floats.has(dtype)) return;
  throw new ElementTypeError(
    `${source === undefined ? '' : `${source}: `}'${name}' is ${dtype}; weights must be F64, F32, F16 or BF16.`,
    { source },
  );
}

/**
 * Converts little-endian floating-point numbers to 32 bits. F32, F16 and BF16 are converted exactly. F64 is rounded to the nearest number
 * and becomes infinite beyond 3.4e38, as in PyTorch's `float()`.
 *
 * @param bytes The numbers. Aligned F32 numbers are returned as a view of these bytes, all others as new numbers.
 * @throws ElementTypeError when the type is not F64, F32, F16 or BF16.
 * @example
 * ```ts
 * const weight = decodeSafetensors(bytes).tensors.get('conv1.weight')!;
 * const values = toFloat32(weight.bytes, weight); // as many as weight.shape says
 * ```
 */
export function toFloat32(
  bytes: Uint8Array,
  tensor: Typed,
  options: ReadOptions = {},
): Float32Array {
  checkFloat(tensor, options);
  const size = bitsOfType[tensor.dtype] / 8;
  // Unaligned bytes are copied. (`slice` of Node's Buffer does not copy.)
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = byteLength / size;
  if (tensor.dtype === 'F32') return new Float32Array(buffer, byteOffset, count);
  if (tensor.dtype === 'F64') return Float32Array.from(new Float64Array(buffer, byteOffset, count));
  const bits = new Uint16Array(buffer, byteOffset, count);
  return tensor.dtype === 'F16' ? fromHalf(bits) : fromBfloat16(bits);
}
