/** Pixels of one image, row by row, color channels last. */
export interface Pixels {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly colors: number;
}

/** What can replace the pixels of an image: zeros, its mean color, or the image itself, blurred by a Gaussian, 5 pixels wide at 224 or of another width. */
export const fills = {
  zero: ({ values }: Pixels): Float32Array => values.map(() => 0),
  mean: ({ values, colors }: Pixels): Float32Array => {
    const means = new Float64Array(colors);
    values.forEach((value, i) => {
      means[i % colors]! += (value * colors) / values.length;
    });
    return values.map((_, i) => means[i % colors]!);
  },
  /** @param share Standard deviation as a share of the longer side. */
  blur: (pixels: Pixels, share = 5 / 224): Float32Array => {
    const { height, width, colors } = pixels;
    const sigma = share * Math.max(height, width);
    const across = blurred(pixels.values, width, colors, sigma);
    return blurred(across, height, width * colors, sigma);
  },
};

/** Blurs along one dimension of `length` positions that are `stride` values apart. The values at the edges are repeated outside. */
function blurred(
  values: Float32Array,
  length: number,
  stride: number,
  sigma: number,
): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return values.map((_, i) => {
    const place = Math.floor(i / stride) % length;
    return weights.reduce((total, weight, k) => {
      const other = Math.min(Math.max(place + k - reach, 0), length - 1);
      return total + (weight / sum) * values[i + (other - place) * stride]!;
    }, 0);
  });
}
