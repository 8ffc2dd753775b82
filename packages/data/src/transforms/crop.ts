import { type Pixels, resize } from '@shroom/pixels';
import type { RandomStream } from '../random';

/** A rectangle of whole pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface RandomResizedCropOptions {
  /** Minimum and maximum share of the picture's area. Default 0.08 to 1. */
  readonly scale?: readonly [number, number];
  /** Minimum and maximum ratio of width to height. Default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number];
}

/**
 * Cuts out a box. Parts of the box outside the picture are black.
 *
 * @example
 * ```ts
 * crop(pixels, { top: 10, left: 20, height: 100, width: 80 }); // [100, 80, 3]
 * ```
 */
export function crop({ data, height, width }: Pixels, box: Box): Pixels {
  const result = new Uint8Array(box.height * box.width * 3);
  const first = Math.max(0, box.left);
  const end = Math.min(width, box.left + box.width);
  const last = Math.min(height, box.top + box.height);
  for (let y = Math.max(0, box.top); y < last && first < end; y++) {
    const row = data.subarray((y * width + first) * 3, (y * width + end) * 3);
    result.set(row, ((y - box.top) * box.width + first - box.left) * 3);
  }
  return { data: result, height: box.height, width: box.width };
}

/**
 * Cuts out the center of a picture, like torchvision's `CenterCrop`. A smaller picture gets a black border.
 *
 * @param size `[height, width]`.
 * @example
 * ```ts
 * centerCrop(resize(pixels, [256, 256]), [224, 224]); // removes a border of 16 pixels
 * ```
 */
export function centerCrop(pixels: Pixels, size: readonly [number, number]): Pixels {
  const [height, width] = size;
  const top = firstOfMiddle(pixels.height, height);
  const left = firstOfMiddle(pixels.width, width);
  return crop(pixels, { top, left, height, width });
}

/** Start of the centered part of one side. If the border is odd, the additional pixel is at the end. */
const firstOfMiddle = (whole: number, part: number): number =>
  whole < part ? -Math.floor((part - whole) / 2) : roundHalfToEven((whole - part) / 2);

/**
 * Cuts out a random part of a picture and resizes it, like torchvision's `RandomResizedCrop`.
 *
 * @param size `[height, width]`.
 * @example
 * ```ts
 * randomResizedCrop(pixels, [224, 224], randomStream('photo 7', 1), { scale: [0.35, 1] }); // [224, 224, 3]
 * ```
 */
export function randomResizedCrop(
  pixels: Pixels,
  size: readonly [number, number],
  random: RandomStream,
  options: RandomResizedCropOptions = {},
): Pixels {
  return resize(crop(pixels, drawCrop(pixels, random, options)), size);
}

/**
 * Draws the box of `randomResizedCrop` by torchvision's rule: ten attempts, then the largest centered box within the
 * ratios.
 *
 * @example
 * ```ts
 * const box = drawCrop(pixels, randomStream('photo 7', 1), { scale: [0.35, 1] });
 * const view = resize(crop(pixels, box), [224, 224]); // the same box can also crop a mask
 * ```
 */
export function drawCrop(
  picture: { readonly height: number; readonly width: number },
  random: RandomStream,
  options: RandomResizedCropOptions = {},
): Box {
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  const { height, width } = picture;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.between(...scale);
    const aspect = Math.exp(random.between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      top: random.below(height - h + 1),
      left: random.below(width - w + 1),
      height: h,
      width: w,
    };
  }
  const w = Math.min(width, Math.round(height * ratio[1]));
  const h = Math.min(height, Math.round(width / ratio[0]));
  return {
    top: Math.floor((height - h) / 2),
    left: Math.floor((width - w) / 2),
    height: h,
    width: w,
  };
}

/** Rounds like Python's `round`, which decides on which side an odd pixel is cut off. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(value);
}
