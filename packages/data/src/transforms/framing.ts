import type { Pixels } from '../photo';
import { centreCrop } from './crop';
import { resize } from './resize';
import type { Interpolation } from './windows';

/** How a photo is brought to the size of a network's input; weights carry it with their preprocessing. */
export interface Framing {
  /** `[height, width]` in pixels. */
  readonly size: readonly [number, number];
  /** `squash` ignores the aspect ratio; `crop` resizes the shorter side to `size / cropFraction`, rounded down, and takes the middle. */
  readonly resize: 'squash' | 'crop';
  /** Share of the resized shorter side that is kept, above 0 to 1. */
  readonly cropFraction: number;
  readonly interpolation: Interpolation;
}

/**
 * A photo as timm's and torchvision's evaluation transforms frame it, to the byte of what they give with Pillow.
 *
 * @see timm, data/transforms_factory.py, transforms_imagenet_eval
 */
export function frame(pixels: Pixels, framing: Framing): Pixels {
  const { size, resize: how, interpolation } = framing;
  if (how === 'squash') return resize(pixels, size, undefined, interpolation);
  const whole = resize(pixels, resizedSize(pixels, framing), undefined, interpolation);
  return centreCrop(whole, size);
}

/** `[height, width]` of the whole photo before its middle is taken. */
export function resizedSize(
  { height, width }: { readonly height: number; readonly width: number },
  { size, cropFraction }: Framing,
): [number, number] {
  if (!(cropFraction > 0 && cropFraction <= 1))
    throw new RangeError(`cropFraction should be above 0 and at most 1, not ${cropFraction}.`);
  const [tall, wide] = size.map(side => Math.floor(side / cropFraction)) as [number, number];
  if (tall === wide) {
    return width <= height
      ? [Math.floor((tall * height) / width), tall]
      : [tall, Math.floor((tall * width) / height)];
  }
  // Of an oblong input both sides are covered, as by timm's ResizeKeepRatio.
  const ratio = Math.min(height / tall, width / wide);
  return [Math.round(height / ratio), Math.round(width / ratio)];
}
