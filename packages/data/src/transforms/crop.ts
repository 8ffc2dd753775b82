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
  /** Least and most share of the picture's area. Default 0.08 to 1. */
  readonly scale?: readonly [number, number];
  /** Least and most width divided by height. Default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number];
}

/**
 * What is inside the box; black where the box reaches beyond the picture.
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
 * The middle of a picture, as torchvision's `CenterCrop` takes it; what a smaller picture lacks is black.
 *
 * @param size `[height, width]`.
 * @example
 * ```ts
 * centerCrop(resize(pixels, [256, 256]), [224, 224]); // without a border of 16 pixels
 * ```
 */
export function centerCrop(pixels: Pixels, size: readonly [number, number]): Pixels {
  const [height, width] = size;
  const top = firstOfMiddle(pixels.height, height);
  const left = firstOfMiddle(pixels.width, width);
  return crop(pixels, { top, left, height, width });
}

/** Where a middle begins; of a border around a smaller side the odd pixel lies after. */
const firstOfMiddle = (whole: number, part: number): number =>
  whole < part ? -Math.floor((part - whole) / 2) : roundHalfToEven((whole - part) / 2);

/**
 * A random part of a picture at a size, as torchvision's `RandomResizedCrop` draws it.
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
 * The box of `randomResizedCrop`: torchvision's rule, ten tries, then the largest middle within the ratios.
 *
 * @example
 * ```ts
 * const box = drawCrop(pixels, randomStream('photo 7', 1), { scale: [0.35, 1] });
 * const view = resize(crop(pixels, box), [224, 224]); // the same box can cut a mask
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

/** Python's `round`, which decides on which side an odd pixel is cut off. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(value);
}
