import type { HeatMap } from '../explain';
import type { Color } from './outline';
import { type Picture, type PicturePixels, resizeMap, rgbOf, sideBySide } from './picture';

/** Vermilion for evidence for a class, blue for evidence against it. Color-blind readers can tell them apart (Okabe & Ito). */
const sides = { favor: [213, 94, 0], against: [0, 114, 178] } as const satisfies Record<
  string,
  Color
>;

export interface SignedOverlayOptions {
  /** The absolute value that is drawn at full strength, in the map's units. Default: the map's largest absolute value. */
  readonly scale?: number;
  readonly favor?: Color;
  readonly against?: Color;
  /** Share of the color at full strength, 0 to 1. Default 0.8. */
  readonly opacity?: number;
}

/**
 * Returns the largest absolute value of several maps: a scale on which all of them can be compared.
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
 * Draws a signed map over a photo in two colors: one for values above 0, the other for values below. The color
 * is stronger the farther a value is from 0.
 *
 * @param map A map of any size, such as `explanation.signed`.
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
 * Draws several classes of one photo side by side, with evidence for and against each class in two colors. All share one scale, so that
 * weak evidence looks weak beside strong evidence.
 *
 * @param maps A signed map of any size for each class.
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
