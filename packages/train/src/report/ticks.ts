/**
 * Numbers for the axis of a plot, in steps of 1, 2, 2.5 or 5 times a power of ten.
 *
 * @returns Four or five numbers that cover the range, starting at `low`; `[low]` if the range is empty.
 * @example
 * ```ts
 * import { niceTicks } from '@shroom/train';
 *
 * console.log(niceTicks(0, 0.9)); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function niceTicks(low: number, high: number): number[] {
  const rough = (high - low) / 4 || 1;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map(factor => factor * magnitude)
    .find(candidate => candidate >= rough)!;
  const count = Math.ceil((high - low) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => low + index * step);
}
