import type { ColorMap } from './colors';

/** Each channel rises by 4 per color and falls by 4 again, clipped to 0 to 255: `min(rise + 4 i, fall - 4 i)`. */
const slopes = [
  { rise: -382, fall: 1148 },
  { rise: -128, fall: 892 },
  { rise: 128, fall: 638 },
] as const;

/**
 * OpenCV's `COLORMAP_JET` in RGB, byte for byte.
 *
 * Use it only to match pictures that were made with it. Its brightness rises and falls, so that equal steps of a map do not look equal, and
 * its reds and greens of one brightness differ only in hue; `inferno` has neither flaw.
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
  // For this one color OpenCV rounds differently.
  if (index === 159 && place % 3 === 2) return 1;
  return Math.min(255, Math.max(0, Math.min(rise + 4 * index, fall - 4 * index)));
});
