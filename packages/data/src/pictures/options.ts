import type { Color } from '@shroom/pixels';

/** What a picture is laid on where it is transparent. */
export interface BackgroundOptions {
  /**
   * Default white, `[255, 255, 255]`, which logos and cut-outs are made for. Include another color in the keys of
   * caches of pixels, beside `pixelsVersion`.
   */
  readonly background?: Color;
}

/**
 * The most pixels that a picture may have. Above this a file of a few kilobytes could fill the memory; Pillow's limit too.
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
