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

/**
 * The view that evaluation uses.
 *
 * @example
 * ```ts
 * const mirrored = { ...plainView, flipHorizontally: true };
 * const views = [plainView, mirrored].map(view => augment(pixels, view)); // for the mean of both answers
 * ```
 */
export const plainView: View = { flipHorizontally: false, flipVertically: false, rotation: 0 };

/**
 * A view as the reference recipe draws it: each flip with probability 0.5, a rotation of up to 15 degrees either way.
 *
 * @example
 * ```ts
 * const epoch = 1;
 * const view = randomView(randomStream('photo 7', epoch)); // flipHorizontally, rotation -8.77: always
 * augment(pixels, view);
 * ```
 */
export function randomView(random: RandomStream): View {
  return {
    flipHorizontally: random.chance(0.5),
    flipVertically: random.chance(0.5),
    rotation: random.between(-15, 15),
  };
}

/**
 * Flips, then rotates about the center, nearest neighbor; corners that the picture does not reach are black. The size stays,
 * and the bytes are those of torchvision's `RandomHorizontalFlip`, `RandomVerticalFlip` and `RandomRotation`.
 *
 * @example
 * ```ts
 * augment(pixels, { flipHorizontally: true, flipVertically: false, rotation: 10 }); // counter-clockwise
 * ```
 */
export function augment(pixels: Pixels, view: View): Pixels {
  const { flipHorizontally, flipVertically, rotation } = view;
  if (!flipHorizontally && !flipVertically && rotation === 0) return pixels;
  return rotate(pixels, rotation, view);
}
