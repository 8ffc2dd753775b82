/** A color map: 256 RGB colors, dark to bright. */
export type ColorMap = Uint8Array;

/** Matplotlib's inferno (CC0) at eleven values. It is perceptually uniform, and color-blind readers can tell its colors apart. */
const infernoStops = [
  [0, 0, 4],
  [22, 11, 57],
  [66, 10, 104],
  [106, 23, 110],
  [147, 38, 103],
  [188, 55, 84],
  [221, 81, 58],
  [243, 120, 25],
  [252, 165, 10],
  [246, 215, 70],
  [252, 255, 164],
] as const;

/**
 * The default color map: matplotlib's inferno (CC0). It is perceptually uniform, and color-blind readers can tell its colors apart.
 *
 * @example
 * ```ts
 * inferno.subarray(3 * 255); // [252, 255, 164], the brightest color
 * const heat = colorize(normalizeMap(map), inferno);
 * ```
 */
export const inferno: ColorMap = interpolated(infernoStops);

function interpolated(stops: readonly (readonly [number, number, number])[]): ColorMap {
  const colors = new Uint8Array(256 * 3);
  for (let index = 0; index < 256; index++) {
    const place = (index / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const share = place - low;
    for (let channel = 0; channel < 3; channel++) {
      const from = stops[low]![channel]!;
      colors[index * 3 + channel] = Math.round(from + share * (stops[low + 1]![channel]! - from));
    }
  }
  return colors;
}
