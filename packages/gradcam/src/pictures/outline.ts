import type { Contour, Point } from './contour';
import { type Picture, type PicturePixels, rgbOf } from './picture';

/** A color as red, green and blue, each 0 to 255. */
export type Color = readonly [number, number, number];

export interface OutlineOptions {
  /** Color of the lines. Default white. */
  readonly color?: Color;
  /** Width of the lines in pixels. Default 2. */
  readonly width?: number;
}

/**
 * Draws contours on a picture, antialiased.
 *
 * @param contours Contours of a map that was resized to the picture, in the picture's pixels.
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const contours = contoursOf(heat, [0.5, 0.75]);
 * const picture = drawContours(overlay(pixels, heat), contours, { width: 3 });
 * ```
 */
export function drawContours(
  picture: PicturePixels,
  contours: readonly Contour[],
  options: OutlineOptions = {},
): Picture {
  const { color = [255, 255, 255], width = 2 } = options;
  const cover = new Float32Array(picture.height * picture.width);
  for (const { rings } of contours) {
    for (const ring of rings) {
      ring.forEach((from, index) => {
        coverSegment(cover, picture, from, ring[(index + 1) % ring.length]!, width / 2);
      });
    }
  }
  const data = rgbOf(picture).data.map((value, place) => {
    const share = cover[Math.floor(place / 3)]!;
    return Math.round(value * (1 - share) + color[place % 3]! * share);
  });
  return { data, height: picture.height, width: picture.width };
}

/** Records how much of each pixel is covered by a line with round ends: all of it within `radius`, half at the rim of the line. */
function coverSegment(
  cover: Float32Array,
  { height, width }: PicturePixels,
  [x0, y0]: Point,
  [x1, y1]: Point,
  radius: number,
): void {
  const reach = radius + 1;
  const [top, bottom] = [Math.min(y0, y1) - reach, Math.max(y0, y1) + reach];
  const [left, right] = [Math.min(x0, x1) - reach, Math.max(x0, x1) + reach];
  const square = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, bottom); row++) {
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(width, right); column++) {
      const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = square > 0 ? (x * (x1 - x0) + y * (y1 - y0)) / square : 0;
      const nearest = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x - nearest * (x1 - x0), y - nearest * (y1 - y0));
      const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const place = row * width + column;
      cover[place] = Math.max(cover[place]!, share);
    }
  }
}
