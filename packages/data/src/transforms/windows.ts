/** Fractional bits of a weight: 8 for the value and 2 of headroom leave 22 of 32, as in Pillow. */
export const precision = 22;

/** For each place of a resized line: where its window on the source begins, and how much each place in it counts. */
export interface Windows {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /** `[places, widest]`, fixed point; the weights of a place sum to 1, beyond its window they are 0. */
  readonly weights: Int32Array;
  /** The longest window there may be. */
  readonly widest: number;
}

/**
 * @param from Places of the source.
 * @param extent How many of them, from the first, become the result; a fraction counts.
 * @param to Places of the result.
 * @param support Half the width of the triangle. Default that of Pillow.
 * @see Pillow, src/libImaging/Resample.c, precompute_coeffs
 */
export function windows(
  from: number,
  extent: number,
  to: number,
  support: number = Math.max(extent / to, 1),
): Windows {
  const scale = extent / to;
  const widest = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const lengths = new Int32Array(to);
  const weights = new Int32Array(to * widest);
  const raw = new Float64Array(widest);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      raw[k] = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / support));
      sum += raw[k]!;
    }
    starts[place] = start;
    lengths[place] = length;
    for (let k = 0; k < length; k++) {
      weights[place * widest + k] = Math.trunc(0.5 + (raw[k]! / sum) * (1 << precision));
    }
  }
  return { starts, lengths, weights, widest };
}
