/**
 * Orders texts by UTF-16 units: the same everywhere, unlike a locale's order.
 *
 * @example
 * ```ts
 * ['ä', 'b', 'A'].sort(compareText); // ['A', 'b', 'ä']
 * ```
 */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
