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

/**
 * The largest value of several maps, signs ignored: a scale on which all of them can be compared.
 *
 * @example
 * ```ts
 * const [amanita] = await explain(model, images, { classIndex: 1 });
 * const [boletus] = await explain(model, images, { classIndex: 2 });
 * const scale = sharedScale([amanita.signed, boletus.signed]);
 * const svg = await legend({ from: -scale, to: scale, label: 'speaks against, or for' });
 * ```
 */
export function sharedScale(maps: readonly HeatMap[]): number {
  return maps.reduce(
    (largest, { values }) =>
      values.reduce((most, value) => Math.max(most, Math.abs(value)), largest),
    0,
  );
}

/**
 * A photo with a signed map on it, in two colors: one for what is above 0, the other for what is below. The color is stronger
 * the farther a place is from 0.
 *
 * @param map Of any size, such as `explanation.signed`.
 * @example
 * ```ts
 * const [{ signed }] = await explain(model, images, { target: contrast() });
 * const picture = signedOverlay(pixels, signed, { opacity: 0.6 });
 * ```
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
 * @example
 * ```ts
 * const [amanita] = await explain(model, images, { classIndex: 1 });
 * const [boletus] = await explain(model, images, { classIndex: 2 });
 * const panels = contrastPanels(pixels, [amanita.signed, boletus.signed]);
 * ```
 */
export function contrastPanels(
  photo: PicturePixels,
  maps: readonly HeatMap[],
  options: SignedOverlayOptions = {},
): Picture {
  const { scale = sharedScale(maps) } = options;
  return sideBySide(maps.map(map => signedOverlay(photo, map, { ...options, scale })));
}
