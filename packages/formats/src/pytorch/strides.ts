/** Arrays with elements of a number of bytes. Their values are only moved, so that every bit is kept. */
const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;

/** Size of an element in bytes. */
export type ElementBytes = keyof typeof arrays;

/** Whether the elements of a tensor are side by side, with the last axis varying fastest. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/**
 * Puts the elements of a strided tensor side by side, with the last axis varying fastest.
 *
 * @param bytes From the tensor's first element to its last.
 */
export function contiguous(
  bytes: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  size: ElementBytes,
): Uint8Array {
  const ElementArray = arrays[size];
  // Unaligned bytes are copied. (`slice` of Node's Buffer does not copy.)
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const from = new ElementArray(buffer as ArrayBuffer, byteOffset, byteLength / size);
  const count = shape.reduce((product, side) => product * side, 1);
  const to = new ElementArray(count);
  const index = shape.map(() => 0);
  let place = 0;
  for (let filled = 0; filled < count; filled++) {
    to[filled] = from[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return new Uint8Array(to.buffer);
}
