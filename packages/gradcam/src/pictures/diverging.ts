import type { HeatMap } from '../explain';
import type { Color } from './outline';
import { type Picture, type PicturePixels, resizeMap, rgbOf, sideBySide } from './picture';

/** Vermilion for what speaks for a class, blue for what speaks against it: told apart by color-blind readers (Okabe & Ito). */
const sides = { favor: [213, 94, 0], against: [0, 114, 178] } as const satisfies Record<
  string,
  Color
>;

export interface SignedOverlayOptions {
  /** The value that is drawn with full strength, in the map's units. Default: the largest one of the map, signs ignored. */
  readonly scale?: number;
  readonly favor?: Color;
  readonly against?: Color;
  /** Share of the color at full strength, 0 to 1. Default 0.8. */
  readonly opacity?: number;
}

/** The largest value of several maps, signs ignored: a scale on which all of them can be compared. */
export function sharedScale(maps: readonly HeatMap[]): number {
  return maps.reduce(
    (largest, { values }) =>
      values.reduce((most, value) => Math.max(most, Math.abs(value)), largest),
    0,
  );
}

/**
 * A photo with a signed map on it, in two colors: what is above 0 in one, what is below in the other, each the stronger the
 * farther from 0.
 *
 * @param map Of any size, such as `explanation.signed`.
 */
export function signedOverlay(
  photo: PicturePixels,
  map: HeatMap,
  options: SignedOverlayOptions = {},
): Picture {
  const { scale = sharedScale([map]), opacity = 0.8, ...colors } = options;
  const { favor, against } = { ...sides, ...colors };
  const { values } = resizeMap(map, [photo.height, photo.width]);
  const own = rgbOf(photo).data;
  const data = own.slice();
  values.forEach((value, place) => {
    const share = scale > 0 ? opacity * Math.min(1, Math.abs(value) / scale) : 0;
    const color = value > 0 ? favor : against;
    for (let channel = 0; channel < 3; channel++) {
      const before = own[place * 3 + channel]!;
      data[place * 3 + channel] = Math.round(before + share * (color[channel]! - before));
    }
  });
  return { data, height: photo.height, width: photo.width };
}

/**
 * Several classes of one photo side by side, what speaks for and against each in two colors, all on one scale, so that a weak
 * reason looks weak beside a strong one.
 *
 * @param maps A signed map for each class, of any size.
 */
export function contrastPanels(
  photo: PicturePixels,
  maps: readonly HeatMap[],
  options: SignedOverlayOptions = {},
): Picture {
  const { scale = sharedScale(maps) } = options;
  return sideBySide(maps.map(map => signedOverlay(photo, map, { ...options, scale })));
}
