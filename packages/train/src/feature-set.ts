/** Features of labelled photos, each seen in one or more views. */
export interface FeatureSet {
  /** `[photos, views, channels]`; view 0 is the plain one. */
  readonly values: Float32Array;
  /** `[photos]`, class indices. */
  readonly labels: Int32Array;
  readonly views: number;
  readonly channels: number;
}

/** The rows of a batch: `[indices.length, channels]`, the view of each photo chosen by `viewOf`. */
export function gather(
  set: FeatureSet,
  indices: ArrayLike<number>,
  viewOf: (index: number) => number,
): Float32Array {
  const { channels, views, values } = set;
  const rows = new Float32Array(indices.length * channels);
  for (let row = 0; row < indices.length; row++) {
    const photo = indices[row]!;
    const start = (photo * views + viewOf(photo)) * channels;
    rows.set(values.subarray(start, start + channels), row * channels);
  }
  return rows;
}
