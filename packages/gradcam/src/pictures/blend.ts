import { type Picture, type PicturePixels, rgbOf } from './picture';

export interface BlendOptions {
  /** Share of the photo in every pixel, 0 to 1. Default 0.7. */
  readonly photo?: number;
  /** Share of the other picture, 0 to 1. Default 0.3. */
  readonly heat?: number;
}

/**
 * Mixes two pictures with fixed shares that are the same at every pixel. With `overlay` the share follows the map instead.
 *
 * @throws RangeError when the sizes differ.
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const picture = blend(pixels, colorize(heat), { photo: 0.5, heat: 0.5 });
 * ```
 */
export function blend(
  photo: PicturePixels,
  heat: PicturePixels,
  options: BlendOptions = {},
): Picture {
  const { photo: photoShare = 0.7, heat: heatShare = 0.3 } = options;
  if (photo.height !== heat.height || photo.width !== heat.width) {
    throw new RangeError(
      `The pictures to blend are ${photo.height} x ${photo.width} and ${heat.height} x ${heat.width}. To make the sizes equal, call resizeMap(map, [height, width]) before colorize(map).`,
    );
  }
  const other = rgbOf(heat).data;
  const data = rgbOf(photo).data.map((value, place) =>
    Math.min(255, Math.round(value * photoShare + other[place]! * heatShare)),
  );
  return { data, height: photo.height, width: photo.width };
}
