import { type Pixels, resize } from '@shroom/pixels';
import { randomView } from '../augmentation';
import { type RandomStream, randomStream } from '../random';
import { rotate } from './affine';
import { type ColorJitterOptions, colorJitter } from './color';
import { centerCrop, type RandomResizedCropOptions, randomResizedCrop } from './crop';
import { type RandomErasingOptions, randomErasing } from './erasing';
import { type RandAugmentOptions, randAugment } from './randaugment';

type Size = readonly [number, number];

/** One transform as plain data, so that it can be sent to a thread and saved with a run. Sizes are `[height, width]`. */
export type TransformStep =
  | { readonly name: 'resize'; readonly size: Size }
  | { readonly name: 'centerCrop'; readonly size: Size }
  | ({ readonly name: 'randomResizedCrop'; readonly size: Size } & RandomResizedCropOptions)
  /** Flips and a rotation of up to 15 degrees, as the reference has it. */
  | { readonly name: 'flipAndRotate' }
  | ({ readonly name: 'colorJitter' } & ColorJitterOptions)
  | ({ readonly name: 'randAugment' } & RandAugmentOptions)
  | ({ readonly name: 'randomErasing' } & RandomErasingOptions);

/** What decides the random numbers of a picture: nothing else does, not the thread, not the order of arrival. */
export interface Occasion {
  readonly seed: number;
  readonly epoch: number;
  /** The hash of the photo, or another name that stays its own whatever list it is in. */
  readonly photo: string;
  /** How often the photo came before in the list: copies of it get other numbers. Default 0. */
  readonly copy?: number;
}

/**
 * Applies steps one after the other. Each has a stream by its name: taking one out leaves the others as they were.
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

/** The random numbers of a step. */
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
