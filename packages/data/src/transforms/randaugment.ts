import type { Pixels } from '@shroom/pixels';
import type { RandomStream } from '../random';
import { rotate, shearX, shearY, translate } from './affine';
import { adjustBrightness, adjustContrast, adjustSaturation } from './color';
import { adjustSharpness, equalize, posterize, solarize, stretchContrast } from './tone';

export interface RandAugmentOptions {
  /** Number of operations on each picture, applied one after another. Default 2. */
  readonly operations?: number;
  /** Strength of the operations, 0 to 30. Default 9. */
  readonly magnitude?: number;
}

interface Operation {
  readonly signed: boolean;
  /** Applies the operation. The magnitude may be negative if the operation is signed. */
  apply(pixels: Pixels, magnitude: number): Pixels;
}

const strongest = 30;
const share = (magnitude: number) => magnitude / strongest;

/**
 * The operations of RandAugment with torchvision's strengths. Magnitudes are 0 to 30.
 *
 * @example
 * ```ts
 * const { apply } = randAugmentOperations.posterize;
 * apply(pixels, 15); // 6 bits per value
 * ```
 */
export const randAugmentOperations = {
  identity: { signed: false, apply: pixels => pixels },
  shearX: { signed: true, apply: (pixels, m) => shearX(pixels, 0.3 * share(m)) },
  shearY: { signed: true, apply: (pixels, m) => shearY(pixels, 0.3 * share(m)) },
  translateX: {
    signed: true,
    apply: (pixels, m) => translate(pixels, Math.trunc((150 / 331) * pixels.width * share(m)), 0),
  },
  translateY: {
    signed: true,
    apply: (pixels, m) => translate(pixels, 0, Math.trunc((150 / 331) * pixels.height * share(m))),
  },
  rotate: { signed: true, apply: (pixels, m) => rotate(pixels, m) },
  brightness: { signed: true, apply: (pixels, m) => adjustBrightness(pixels, 1 + 0.9 * share(m)) },
  color: { signed: true, apply: (pixels, m) => adjustSaturation(pixels, 1 + 0.9 * share(m)) },
  contrast: { signed: true, apply: (pixels, m) => adjustContrast(pixels, 1 + 0.9 * share(m)) },
  sharpness: { signed: true, apply: (pixels, m) => adjustSharpness(pixels, 1 + 0.9 * share(m)) },
  posterize: {
    signed: false,
    apply: (pixels, m) => posterize(pixels, 8 - Math.round(4 * share(m))),
  },
  solarize: { signed: false, apply: (pixels, m) => solarize(pixels, 255 * (1 - share(m))) },
  stretchContrast: { signed: false, apply: stretchContrast },
  equalize: { signed: false, apply: equalize },
} as const satisfies Record<string, Operation>;

const operationList: readonly Operation[] = Object.values(randAugmentOperations);

/**
 * RandAugment: applies a few random operations of the same strength.
 *
 * @see Cubuk et al. 2020, RandAugment. https://arxiv.org/abs/1909.13719
 * @example
 * ```ts
 * randAugment(pixels, randomStream('photo 7', 1), { operations: 2, magnitude: 9 });
 * ```
 */
export function randAugment(
  pixels: Pixels,
  random: RandomStream,
  options: RandAugmentOptions = {},
): Pixels {
  const { operations = 2, magnitude = 9 } = options;
  let picture = pixels;
  for (let count = 0; count < operations; count++) {
    const { signed, apply } = operationList[random.below(operationList.length)]!;
    const negative = random.chance(0.5);
    picture = apply(picture, signed && negative ? -magnitude : magnitude);
  }
  return picture;
}
