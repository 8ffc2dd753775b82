/** Part of a tensor, as tools/reference/models.py stores it. */
export interface Sample {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly samples: readonly number[];
}

/** How far values are from a reference: the furthest of the samples, as a share of the largest magnitude. */
export function relativeError(values: Float32Array, reference: Sample): number {
  const furthest = reference.samples.reduce((most, expected, k) => {
    const difference = Math.abs(values[(k * 104729 + 17) % values.length]! - expected);
    return Math.max(most, difference);
  }, 0);
  return furthest / reference.largest;
}
