import type { Pixels } from './pixels';
import { machine } from './simd/machine';
import { isResizable, resizeByVectors } from './simd/resize';
import { type Interpolation, precision, windows } from './windows';

/**
 * Resizes a picture, whatever its aspect ratio, with an antialiasing filter. The pixels equal those of Pillow's `Image.resize(size,
 * Image.BILINEAR)` or `Image.BICUBIC`, and of torchvision's `Resize` on a picture, byte for byte.
 *
 * @param size `[height, width]` of the result, in pixels.
 * @param extent `[height, width]` of the part of the picture, from the top left corner, that is resized; fractions are allowed, as in
 *   Pillow's `box`. Default: the whole picture.
 * @param interpolation Default `bilinear`.
 * @throws RangeError when a side of `size` is not an integer of at least 1.
 * @see Pillow, src/libImaging/Resample.c
 * @example
 * ```ts
 * const square = resize(pixels, [224, 224]); // the aspect ratio is not kept
 * const smooth = resize(pixels, [224, 224], undefined, 'bicubic');
 * ```
 */
export function resize(
  pixels: Pixels,
  size: Size,
  extent: Size = [pixels.height, pixels.width],
  interpolation: Interpolation = 'bilinear',
): Pixels {
  if (![...size, pixels.height, pixels.width].every(side => Number.isInteger(side) && side > 0)) {
    throw new RangeError(
      `A picture of ${pixels.height} x ${pixels.width} cannot be resized to ${size.join(' x ')}: both sides must be integers of at least 1.`,
    );
  }
  const vectors = machine();
  if (vectors && isResizable(pixels, size)) {
    return resizeByVectors(vectors, pixels, size, extent, { interpolation });
  }
  return resizeByNumbers(pixels, size, extent, interpolation);
}

type Size = readonly [number, number];

/** Does what `resize` does, without vector instructions. */
export function resizeByNumbers(
  pixels: Pixels,
  size: Size,
  extent: Size,
  interpolation: Interpolation = 'bilinear',
): Pixels {
  const [height, width] = size;
  const across =
    width === pixels.width && extent[1] === width
      ? pixels
      : resizeAcross(pixels, width, extent[1], interpolation);
  return height === across.height && extent[0] === height
    ? across
    : resizeDown(across, height, extent[0], interpolation);
}

function resizeAcross(
  { data, height, width: from }: Pixels,
  width: number,
  extent: number,
  interpolation: Interpolation,
): Pixels {
  const { starts, lengths, weights, widest } = windows(
    from,
    extent,
    width,
    undefined,
    interpolation,
  );
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
      result[target] = clipped(red);
      result[target + 1] = clipped(green);
      result[target + 2] = clipped(blue);
    }
  }
  return { data: result, height, width };
}

function resizeDown(
  { data, height: from, width }: Pixels,
  height: number,
  extent: number,
  interpolation: Interpolation,
): Pixels {
  const { starts, lengths, weights, widest } = windows(
    from,
    extent,
    height,
    undefined,
    interpolation,
  );
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
    for (let x = 0; x < row; x++) result[y * row + x] = clipped(sums[x]!);
  }
  return { data: result, height, width };
}

const half = 1 << (precision - 1);

/** A cubic filter overshoots at edges, so its sums are clipped to 0 to 255. */
const clipped = (sum: number): number => Math.max(0, Math.min(255, sum >> precision));
