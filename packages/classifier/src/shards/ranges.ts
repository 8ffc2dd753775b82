/**
 * Numbers in the notation of schedulers, such as `0-3,7`.
 *
 * @param numbers Ascending.
 * @example
 * ```ts
 * ranges([0, 1, 2, 3, 7]); // '0-3,7'
 * ```
 */
export function ranges(numbers: readonly number[]): string {
  const found: [first: number, last: number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}
