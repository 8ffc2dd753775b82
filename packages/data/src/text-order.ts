/**
 * Compares texts by UTF-16 units. The order is the same everywhere, unlike that of a locale.
 *
 * @example
 * ```ts
 * ['ä', 'b', 'A'].sort(compareText); // ['A', 'b', 'ä']
 * ```
 */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
