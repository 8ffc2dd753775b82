/** Whether a value is a whole number of 0 or more that a JavaScript number holds exactly. */
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * How many elements a tensor has: 1 for a scalar, whose shape is `[]`.
 *
 * @returns `undefined` where a side is no whole number of 0 or more, or where there are more than 2^53 - 1 elements.
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
