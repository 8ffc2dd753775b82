/** Fractional bits of a weight. Of 32 bits, 8 are for the value and 2 for headroom, which leaves 22, as in Pillow. */
export const precision = 22;

/** For each position of a resized line: where its window on the source begins, and the weight of each source position in the window. */
export interface Windows {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /**
   * Weights `[positions, widest]` in fixed point. A cubic filter has some negative weights. The weights of a
   * position sum to 1 and are 0 beyond its window.
   */
  readonly weights: Int32Array;
  /** Length of the longest possible window. */
  readonly widest: number;
}

/**
 * The filter that weighs the source positions around a position of the result: a triangle (`bilinear`), or Keys' cubic
 * with a = -1/2 (`bicubic`), as in Pillow.
 */
export type Interpolation = 'bilinear' | 'bicubic';

/** Half the width of each filter, and its value at a distance from its center. */
const filters: Record<Interpolation, { half: number; at: (distance: number) => number }> = {
  bilinear: { half: 1, at: x => Math.max(0, 1 - x) },
  bicubic: {
    half: 2,
    at: x => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0),
  },
};

/**
 * @param from Number of source positions.
 * @param extent How many source positions, from the first on, are resized; fractions are allowed.
 * @param to Number of positions of the result.
 * @param spread Scale of the filter in source positions. Default: Pillow's.
 * @see Pillow, src/libImaging/Resample.c, precompute_coeffs
 */
export function windows(
  from: number,
  extent: number,
  to: number,
  spread: number = Math.max(extent / to, 1),
  interpolation: Interpolation = 'bilinear',
): Windows {
  const scale = extent / to;
  const { half, at } = filters[interpolation];
  const support = half * spread;
  const widest = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const lengths = new Int32Array(to);
  const weights = new Int32Array(to * widest);
  const raw = new Float64Array(widest);
  for (let place = 0; place < to; place++) {
    const center = (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const length = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      raw[k] = at(Math.abs((k + start - center + 0.5) / spread));
      sum += raw[k]!;
    }
    starts[place] = start;
    lengths[place] = length;
    for (let k = 0; k < length; k++) {
      const weight = (raw[k]! / sum) * (1 << precision);
      weights[place * widest + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { starts, lengths, weights, widest };
}
