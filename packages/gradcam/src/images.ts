import {
  cast,
  expandDims,
  squeeze,
  type Tensor,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { ImageInput, PreparedModel } from './prepared';

/** Where the colours of images are: a dimension of 1, 3 or 4 that only one of both can be. */
export function layoutOf(
  shape: readonly (number | null)[],
  channelsFirst: boolean,
): ImageInput['layout'] {
  const colours = (length: number | null | undefined) => [1, 3, 4].includes(length ?? 0);
  const first = shape.length === 4 && colours(shape[1]) && !colours(shape[3]);
  return channelsFirst || first ? 'NCHW' : 'NHWC';
}

/**
 * Images as methods see them, `[N, H, W, C]`, of what the model takes. The caller disposes them.
 *
 * @throws RangeError when the model would not take them: another size, number of colours or kind of number.
 */
export function imagesFor({ images: takes }: PreparedModel, images: Tensor): Tensor4D {
  const given = `[${images.shape.join(', ')}]`;
  if (!takes) return images.clone() as Tensor4D;
  const { name, shape, dtype, exact, layout } = takes;
  const fits =
    images.rank === shape.length &&
    // The rows may be any number: a model made for one image takes several one by one.
    images.shape.every((length, at) =>
      at === 0 && shape.length === 4 ? true : isOpen(shape[at]) || shape[at] === length,
    );
  if (!fits)
    throw new RangeError(
      `'${name}' takes images [${shape.map((length, at) => (isOpen(length) ? (at === 0 ? 'N' : '?') : length)).join(', ')}]; these are ${given}. Resize them as the model was trained.`,
    );
  if (images.shape.includes(0))
    throw new RangeError(`There are no images; their shape is ${given}.`);
  if (images.dtype !== dtype && exact)
    throw new TypeError(
      `'${name}' takes ${dtype} images; these are ${images.dtype}. cast(images, '${dtype}') makes them so.`,
    );
  return tidy(() => {
    const typed = cast(images, dtype);
    if (images.rank === 3) return expandDims(typed, 0) as Tensor4D;
    return (layout === 'NCHW' ? transpose(typed, [0, 2, 3, 1]) : typed.clone()) as Tensor4D;
  });
}

/** Images as methods see them, as the model takes them again. */
export function asGiven({ images: takes }: PreparedModel, images: Tensor4D): Tensor {
  if (!takes) return images.clone();
  return tidy(() => {
    const typed = cast(images, takes.dtype);
    if (takes.shape.length === 3) return squeeze(typed, [0]);
    return takes.layout === 'NCHW' ? transpose(typed, [0, 3, 1, 2]) : typed.clone();
  });
}

export const isOpen = (length: number | null | undefined): boolean => length == null || length < 1;
