import type { Pixels } from '../pixels';
import { resize } from '../resize';
import { machine } from '../simd/machine';
import { isResizable, resizeByVectors } from '../simd/resize';

type Size = readonly [number, number];

/** From here on the mean difference stays below 1 of 255, and is mostly below 1/2, on photographs full of detail. */
const largeEnough = 5;
/** Of smaller photos, in pixels, halving would save little. */
const leastHalved = 2 ** 18;

/** How many samples of a JPEG become one, in each direction, before it is resized. */
export function scaleFor(
  { height, width }: { readonly height: number; readonly width: number },
  size: Size,
): 1 | 2 {
  const large = height >= largeEnough * size[0] && width >= largeEnough * size[1];
  return large && height * width >= leastHalved ? 2 : 1;
}

/**
 * Resizes a JPEG that another decoder has read, because it is progressive, rotated or has a color profile, as `decodeJpegTo`
 * resizes the others. Plain `resize` would differ from that by up to 4 of 255.
 *
 * @example
 * ```ts
 * const photo = decodeJpegTo(bytes, [224, 224]) ?? resizeJpeg(pixels, [224, 224]); // pixels by sharp
 * ```
 */
export function resizeJpeg(pixels: Pixels, size: Size): Pixels {
  const vectors = machine();
  if (!vectors || scaleFor(pixels, size) === 1) return resize(pixels, size);
  const half = halve(pixels);
  if (!isResizable(half, size)) return resize(pixels, size);
  const extent = [pixels.height / 2, pixels.width / 2] as const;
  return resizeByVectors(vectors, half, size, extent, { averaged: true });
}

/** Means of two by two pixels, halves rounded up and down in turn; a last row or column that is alone counts twice. */
function halve({ data, height: rows, width: columns }: Pixels): Pixels {
  const [height, width] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const result = new Uint8Array(height * width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const above = 2 * y * columns * 3;
    const below = Math.min(rows - 1, 2 * y + 1) * columns * 3;
    for (let x = 0; x < width; x++) {
      const left = 6 * x;
      const right = 3 * Math.min(columns - 1, 2 * x + 1);
      for (let c = 0; c < 3; c++, to++) {
        const sum =
          data[above + left + c]! +
          data[above + right + c]! +
          data[below + left + c]! +
          data[below + right + c]!;
        result[to] = (sum + 1 + (x & 1)) >> 2;
      }
    }
  }
  return { data: result, height, width };
}
