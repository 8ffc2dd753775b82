import type { Color } from '@shroom/pixels';

/** The background of transparent pictures. */
export interface BackgroundOptions {
  /**
   * Color that transparent pixels show. Default white, `[255, 255, 255]`, for which most logos and cut-outs are made.
   * Include any other color in the keys of pixel caches, beside `pixelsVersion`.
   */
  readonly background?: Color;
}

/**
 * The maximum number of pixels of a picture, the same as in Pillow. Without a limit, a file of a few kilobytes could fill
 * the memory.
 *
 * @example
 * ```ts
 * const map = await decode('map.png', [512, 512], { mostPixels: 2 * mostPixels });
 * ```
 */
export const mostPixels = 178_956_970;

/** @throws RangeError */
export function requireColor(color: Color): void {
  const whole = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;
  if (color.length === 3 && color.every(whole)) return;
  throw new RangeError(
    `background should be red, green and blue, whole numbers from 0 to 255, not [${color}].`,
  );
}
