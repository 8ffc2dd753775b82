import type { Pixels } from '../photo';

/** Fractional bits of a weight: 8 for the value and 2 of headroom leave 22 of 32, as in Pillow. */
const precision = 22;

/** For each place of the result: where its window on the source begins, and how much each place in it counts. */
interface Windows {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /** `[places, widest]`, fixed point; the weights of a place sum to 1. */
  readonly weights: Int32Array;
  readonly widest: number;
}

/**
 * Squashes a picture to a size with an antialiased triangle filter: to the byte what Pillow's
 * `Image.resize(size, Image.BILINEAR)` gives, and torchvision's `Resize` on a picture.
 *
 * @param size `[height, width]` in pixels.
 * @see Pillow, src/libImaging/Resample.c
 */
export function resize(pixels: Pixels, size: readonly [number, number]): Pixels {
  const [height, width] = size;
  const across = width === pixels.width ? pixels : resizeAcross(pixels, width);
  return height === across.height ? across : resizeDown(across, height);
}

function resizeAcross({ data, height, width: from }: Pixels, width: number): Pixels {
  const { starts, lengths, weights, widest } = windows(from, width);
  const result = new Uint8Array(height * width * 3);
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target += 3) {
      let source = (y * from + starts[x]!) * 3;
      let red = half;
      let green = half;
      let blue = half;
      for (let k = x * widest, end = k + lengths[x]!; k < end; k++, source += 3) {
        const weight = weights[k]!;
        red += data[source]! * weight;
        green += data[source + 1]! * weight;
        blue += data[source + 2]! * weight;
      }
      // A triangle has no negative lobes, so that nothing needs clipping.
      result[target] = red >> precision;
      result[target + 1] = green >> precision;
      result[target + 2] = blue >> precision;
    }
  }
  return { data: result, height, width };
}

function resizeDown({ data, height: from, width }: Pixels, height: number): Pixels {
  const { starts, lengths, weights, widest } = windows(from, height);
  const row = width * 3;
  const result = new Uint8Array(height * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let k = 0; k < lengths[y]!; k++) {
      const weight = weights[y * widest + k]!;
      const source = (starts[y]! + k) * row;
      for (let x = 0; x < row; x++) sums[x]! += data[source + x]! * weight;
    }
    for (let x = 0; x < row; x++) result[y * row + x] = sums[x]! >> precision;
  }
  return { data: result, height, width };
}

const half = 1 << (precision - 1);

function windows(from: number, to: number): Windows {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const widest = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const lengths = new Int32Array(to);
  const weights = new Int32Array(to * widest);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    const raw = Array.from({ length }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / support)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    starts[place] = start;
    lengths[place] = length;
    raw.forEach((weight, k) => {
      weights[place * widest + k] = Math.trunc(0.5 + (weight / sum) * (1 << precision));
    });
  }
  return { starts, lengths, weights, widest };
}
