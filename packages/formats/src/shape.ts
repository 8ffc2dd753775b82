/** Whether a value is an integer of at least 0 that a JavaScript number holds exactly. */
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Number of elements of a tensor: 1 for a scalar, whose shape is `[]`.
 *
 * @returns The number, or `undefined` if a length is not an integer of at least 0 or if there are more than 2^53 - 1 elements.
 * @example
 * ```ts
 * elementCount([2, 3, 4]); // 24
 * elementCount([2, -1]); // undefined: a side that is not known yet
 * ```
 */
export function elementCount(shape: readonly number[]): number | undefined {
  if (!shape.every(isCount)) return undefined;
  if (shape.includes(0)) return 0;
  let product = 1;
  for (const side of shape) {
    product *= side;
    if (!Number.isSafeInteger(product)) return undefined;
  }
  return product;
}
