import type { Pixels } from '@shroom/pixels';
import type { RandomStream } from './random';
import { rotate } from './transforms/affine';

/** How a training view of a photo differs from the photo. */
export interface View {
  readonly flipHorizontally: boolean;
  readonly flipVertically: boolean;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
}

/** The view that evaluation uses. */
export const plainView: View = { flipHorizontally: false, flipVertically: false, rotation: 0 };

/** A view as the reference draws it: each flip with probability 0.5, a rotation of up to 15 degrees either way. */
export function randomView(random: RandomStream): View {
  return {
    flipHorizontally: random.chance(0.5),
    flipVertically: random.chance(0.5),
    rotation: random.between(-15, 15),
  };
}

/**
 * Flips, then rotates about the center, nearest neighbor; the corners that nothing falls on are black. Pixels of
 * the same size, to the byte those of torchvision's `RandomHorizontalFlip`, `RandomVerticalFlip` and `RandomRotation`.
 */
export function augment(pixels: Pixels, view: View): Pixels {
  const { flipHorizontally, flipVertically, rotation } = view;
  if (!flipHorizontally && !flipVertically && rotation === 0) return pixels;
  return rotate(pixels, rotation, view);
}
