import type { Pixels } from '@shroom/data';
import { type HeatMap, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { contoursOf, toSvg } from '@shroom/gradcam/pictures';

/** Draws a photo with its heat map, and a contour at half of the map's largest value, which stays sharp at any size. */
export function explanationSvg(photo: Pixels, map: HeatMap, title: string): Promise<string> {
  const heat = normalizeMap(resizeMap(map, [photo.height, photo.width]));
  return toSvg(overlay(photo, heat), {
    title,
    description: 'Bright places raised the score; the line is at half of the largest value.',
    contours: contoursOf(heat, [0.5]),
  });
}
