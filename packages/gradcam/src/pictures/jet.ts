import type { ColorMap } from './colors';

/** Every channel climbs by 4 a color and falls by 4 again, held to 0 to 255: `min(rise + 4 i, fall - 4 i)`. */
const slopes = [
  { rise: -382, fall: 1148 },
  { rise: -128, fall: 892 },
  { rise: 128, fall: 638 },
] as const;

/**
 * OpenCV's `COLORMAP_JET`, byte for byte; RGB.
 *
 * It is here to match pictures that were made with it. Its brightness climbs and falls, so that equal steps of a map do not look
 * equal, and red and green of one brightness are told apart by hue alone: `inferno` has neither flaw.
 *
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const picture = overlay(pixels, heat, { colors: jet });
 * ```
 */
export const jet: ColorMap = Uint8Array.from({ length: 256 * 3 }, (_, place) => {
  const index = Math.floor(place / 3);
  const { rise, fall } = slopes[place % 3]!;
  // The one color where OpenCV rounds otherwise.
  if (index === 159 && place % 3 === 2) return 1;
  return Math.min(255, Math.max(0, Math.min(rise + 4 * index, fall - 4 * index)));
});
