import type { Pixels } from '../pixels';
import { resize } from '../resize';
import { machine } from '../simd/machine';
import { isResizable, resizeByVectors } from '../simd/resize';

type Size = readonly [number, number];

/**
 * Smallest ratio of sizes at which a photo is halved. From this ratio on, halving changes values by less than 1 of 255 on average, and
 * mostly by less than 1/2, even on photographs full of detail.
 */
const largeEnough = 5;
/** Smallest number of pixels at which a photo is halved. On smaller photos, halving would save little time. */
const leastHalved = 2 ** 18;

/** How many samples of a JPEG are averaged to one, in each direction, before the photo is resized: 1 or 2. */
export function scaleFor(
  { height, width }: { readonly height: number; readonly width: number },
  size: Size,
): 1 | 2 {
  const large = height >= largeEnough * size[0] && width >= largeEnough * size[1];
  return large && height * width >= leastHalved ? 2 : 1;
}

/**
 * Resizes a JPEG that another decoder has read, because it is progressive, rotated or has a color profile, in the same way as
 * `decodeJpegTo` resizes other JPEGs. Plain `resize` would differ from `decodeJpegTo` by up to 4 of 255.
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

/** Averages two by two pixels. Halves are rounded up and down in turn. A last row or column without a partner counts twice. */
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
