import {
  cast,
  expandDims,
  squeeze,
  Tensor,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { ImageInput, PreparedModel } from './prepared';

/** Finds the axis of the color channels: an axis of length 1, 3 or 4, if only the first or only the last axis has such a length. */
export function layoutOf(
  shape: readonly (number | null)[],
  channelsFirst: boolean,
): ImageInput['layout'] {
  const colors = (at: number) => [1, 3, 4].includes(shape[at]!);
  const first = shape.length === 4 && colors(1) && !colors(3);
  return channelsFirst || first ? 'NCHW' : 'NHWC';
}

/**
 * Converts images from the model's layout to the layout that methods use, `[N, H, W, C]`. The caller disposes them.
 *
 * @throws RangeError when the model does not take them, because of their size or number of channels.
 * @throws TypeError when the value is not a tensor of real numbers, or does not have the element type that a graph requires.
 */
export async function imagesFor(parts: PreparedModel, images: Tensor): Promise<Tensor4D> {
  const takes = parts.images;
  const isReal = images instanceof Tensor && !/complex|string/.test(images.dtype);
  if (!isReal || images.isDisposed) throw (await import('../failures')).noImagesFailure(images);
  if (!takes) return images.clone() as Tensor4D;
  const { shape, dtype, exact, layout } = takes;
  const fits =
    images.rank === shape.length &&
    // The number of rows is not checked: a model made for one image runs on several images one by one.
    images.shape.every(
      (length, at) =>
        length > 0 &&
        ((at === 0 && images.rank === 4) || isOpen(shape[at]) || shape[at] === length),
    );
  if (!fits || (exact && images.dtype !== dtype))
    throw (await import('../failures')).imagesFailure(parts, images);
  return tidy(() => {
    const typed = cast(images, dtype);
    if (images.rank === 3) return expandDims(typed, 0) as Tensor4D;
    return (layout === 'NCHW' ? transpose(typed, [0, 2, 3, 1]) : typed.clone()) as Tensor4D;
  });
}

/** Converts images from the layout that methods use back to the model's layout. */
export function asGiven({ images: takes }: PreparedModel, images: Tensor4D): Tensor {
  if (!takes) return images.clone();
  return tidy(() => {
    const typed = cast(images, takes.dtype);
    if (takes.shape.length === 3) return squeeze(typed, [0]);
    return takes.layout === 'NCHW' ? transpose(typed, [0, 3, 1, 2]) : typed.clone();
  });
}

export const isOpen = (length: number | null | undefined): boolean => length == null || length < 1;
