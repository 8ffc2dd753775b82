import { type Pixels, resize } from '@shroom/pixels';
import { randomView } from '../augmentation';
import { type RandomStream, randomStream } from '../random';
import { rotate } from './affine';
import { type ColorJitterOptions, colorJitter } from './color';
import { centerCrop, type RandomResizedCropOptions, randomResizedCrop } from './crop';
import { type RandomErasingOptions, randomErasing } from './erasing';
import { type RandAugmentOptions, randAugment } from './randaugment';

type Size = readonly [number, number];

/** One transform as plain data, which can be sent to a thread and saved with a run. Sizes are `[height, width]`. */
export type TransformStep =
  | { readonly name: 'resize'; readonly size: Size }
  | { readonly name: 'centerCrop'; readonly size: Size }
  | ({ readonly name: 'randomResizedCrop'; readonly size: Size } & RandomResizedCropOptions)
  /** Flips and a rotation of up to 15 degrees, as in the reference recipe. */
  | { readonly name: 'flipAndRotate' }
  | ({ readonly name: 'colorJitter' } & ColorJitterOptions)
  | ({ readonly name: 'randAugment' } & RandAugmentOptions)
  | ({ readonly name: 'randomErasing' } & RandomErasingOptions);

/** The values that determine the random numbers for a picture. The thread and the order of arrival do not matter. */
export interface Occasion {
  readonly seed: number;
  readonly epoch: number;
  /** Hash of the photo, or another name that does not depend on the list. */
  readonly photo: string;
  /**
   * Number of earlier occurrences of the photo in the list, so that each occurrence gets different random numbers. Default
   * 0.
   */
  readonly copy?: number;
}

/**
 * Applies the steps one after another. The random numbers of a step depend on its name, so removing a step does not change
 * the others.
 *
 * @example
 * ```ts
 * const steps = [{ name: 'randomResizedCrop', size: [224, 224] }, { name: 'flipAndRotate' }] as const;
 * transform(pixels, steps, { seed: 0, epoch: 3, photo: 'Amanita/3.jpg' }); // the same view each time
 * ```
 */
export function transform(
  pixels: Pixels,
  steps: readonly TransformStep[],
  occasion: Occasion,
): Pixels {
  return steps.reduce(
    (picture, step) => applyStep(picture, step, streamOf(step, occasion)),
    pixels,
  );
}

/** The stream of random numbers for a step. */
export const streamOf = (
  { name }: TransformStep,
  { seed, epoch, photo, copy = 0 }: Occasion,
): RandomStream => randomStream('transform', seed, epoch, photo, copy, name);

function applyStep(pixels: Pixels, step: TransformStep, random: RandomStream): Pixels {
  switch (step.name) {
    case 'resize':
      return resize(pixels, step.size);
    case 'centerCrop':
      return centerCrop(pixels, step.size);
    case 'randomResizedCrop':
      return randomResizedCrop(pixels, step.size, random, step);
    case 'flipAndRotate': {
      const view = randomView(random);
      return rotate(pixels, view.rotation, view);
    }
    case 'colorJitter':
      return colorJitter(pixels, random, step);
    case 'randAugment':
      return randAugment(pixels, random, step);
    case 'randomErasing':
      return randomErasing(pixels, random, step);
  }
}
