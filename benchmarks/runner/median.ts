export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The interval between two of the sorted values that contains the median with at least 95 % probability, for any
 * distribution. With fewer than six values, it is the range from lowest to highest, which is less certain.
 */
export function intervalOfMedian(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  // The median is below the k-th value with the probability that fewer than k of n coins show heads.
  let k = 0;
  let chance = 0.5 ** n;
  for (let below = chance; below <= 0.025 && k < n / 2; below += chance) {
    k++;
    chance *= (n - k + 1) / k;
  }
  const outermost = Math.max(0, k - 1);
  return [sorted[outermost]!, sorted[n - 1 - outermost]!];
}
