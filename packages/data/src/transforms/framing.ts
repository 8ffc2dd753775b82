import { type Interpolation, type Pixels, resize } from '@shroom/pixels';
import { centerCrop } from './crop';

/** How a photo is resized and cropped to the size of a network's input. Weights have it as part of their preprocessing. */
export interface Framing {
  /** `[height, width]` in pixels. */
  readonly size: readonly [number, number];
  /**
   * `squash` resizes both sides to `size / cropFraction` (rounded down) and ignores the aspect ratio; `crop` resizes the
   * shorter side to this length. Then the center is cut out.
   */
  readonly resize: 'squash' | 'crop';
  /** Share of the resized side that is kept, greater than 0 and at most 1. */
  readonly cropFraction: number;
  readonly interpolation: Interpolation;
}

/**
 * Resizes and crops a photo like the evaluation transforms of timm and torchvision, to the byte of their results with
 * Pillow.
 *
 * @throws RangeError for a framing with an invalid value.
 * @see timm, data/transforms_factory.py, transforms_imagenet_eval
 * @example
 * ```ts
 * const framing = { size: [224, 224], resize: 'crop', cropFraction: 0.875, interpolation: 'bicubic' } as const;
 * frame(pixels, framing); // resizes the shorter side to 256, then keeps the center of 224 by 224
 * ```
 */
export function frame(pixels: Pixels, framing: Framing): Pixels {
  const { size, interpolation } = framing;
  const [height, width] = resizedSize(pixels, framing);
  const lost = pixels.height - height;
  // If the height shrinks much more than the width, Pillow 13 resizes the columns first, which rounds differently.
  const columnsFirst = lost > 0 && lost > 2 * (pixels.width - width);
  const shorter = columnsFirst
    ? resize(pixels, [height, pixels.width], undefined, interpolation)
    : pixels;
  const whole = resize(shorter, [height, width], undefined, interpolation);
  return whole.height === size[0] && whole.width === size[1] ? whole : centerCrop(whole, size);
}

const ways = ['squash', 'crop'];
const interpolations = ['bilinear', 'bicubic'];

/**
 * `[height, width]` of the resized photo before its center is cut out.
 *
 * @throws RangeError for a framing with an invalid value.
 * @example
 * ```ts
 * const framing = { size: [224, 224], resize: 'crop', cropFraction: 0.875, interpolation: 'bicubic' } as const;
 * resizedSize({ height: 480, width: 640 }, framing); // [256, 341]
 * ```
 */
export function resizedSize(
  { height, width }: { readonly height: number; readonly width: number },
  { size, resize: how, cropFraction, interpolation }: Framing,
): [number, number] {
  if (!ways.includes(how))
    throw new RangeError(`resize should be 'squash' or 'crop', not ${JSON.stringify(how)}.`);
  if (!interpolations.includes(interpolation))
    throw new RangeError(
      `interpolation should be 'bilinear' or 'bicubic', not ${JSON.stringify(interpolation)}.`,
    );
  if (
    !Array.isArray(size) ||
    size.length !== 2 ||
    !size.every(side => Number.isInteger(side) && side > 0)
  )
    throw new RangeError(
      `size should be [height, width] in whole pixels of 1 or more, not ${JSON.stringify(size)}.`,
    );
  if (!(cropFraction > 0 && cropFraction <= 1))
    throw new RangeError(`cropFraction should be above 0 and at most 1, not ${cropFraction}.`);
  const [tall, wide] = size.map(side => Math.floor(side / cropFraction)) as [number, number];
  if (how === 'squash') return [tall, wide];
  if (tall === wide) {
    return width <= height
      ? [Math.floor((tall * height) / width), tall]
      : [tall, Math.floor((tall * width) / height)];
  }
  // For a rectangular input, the resized photo covers both sides, as in timm's ResizeKeepRatio.
  const ratio = Math.min(height / tall, width / wide);
  return [Math.round(height / ratio), Math.round(width / ratio)];
}
