import type { Pixels } from '@shroom/pixels';
import type { RandomStream } from './random';
import { rotate } from './transforms/affine';

/** How a training view of a photo differs from the photo. */
export interface View {
  readonly flipHorizontally: boolean;
  readonly flipVertically: boolean;
  /** Rotation in degrees, counter-clockwise. */
  readonly rotation: number;
}

/**
 * The unchanged view, which evaluation uses.
 *
 * @example
 * ```ts
 * const mirrored = { ...plainView, flipHorizontally: true };
 * const views = [plainView, mirrored].map(view => augment(pixels, view)); // average the answers for both views
 * ```
 */
export const plainView: View = { flipHorizontally: false, flipVertically: false, rotation: 0 };

/**
 * A random view as in the reference recipe: each flip with probability 0.5, and a rotation of up to 15 degrees in either
 * direction.
 *
 * @example
 * ```ts
 * const epoch = 1;
 * const view = randomView(randomStream('photo 7', epoch)); // always { flipHorizontally: true, rotation: -8.77, ... }
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
 * Flips the picture, then rotates it about its center with nearest-neighbor sampling. Corners outside the original picture
 * are black. The size does not change. The bytes equal those of torchvision's `RandomHorizontalFlip`, `RandomVerticalFlip`
 * and `RandomRotation`.
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
