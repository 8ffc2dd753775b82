import type { Pixels } from '@shroom/data';
import { decodeWithin } from '@shroom/data/node';
import { type HeatMap, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { jetPanels } from '@shroom/gradcam/pictures';
import { captioned, panels, rgb } from './pictures';

/** Options for drawing a photo with its heat map. */
export interface PictureOptions {
  /**
   * `overlay` draws the map on the photo. `panels` draws the photo, the map and the overlay side by side. `jet` is `panels` in the JET
   * colors. Default `overlay`.
   */
  readonly layout?: 'overlay' | 'panels' | 'jet';
  /** A line of text below the picture. */
  readonly caption?: string;
}

/** Length of the picture's longer side in pixels. */
const longest = 480;

const layouts: Readonly<
  Record<NonNullable<PictureOptions['layout']>, (photo: Pixels, map: HeatMap) => Pixels>
> = {
  overlay: (photo, map) =>
    overlay(photo, normalizeMap(resizeMap(map, [photo.height, photo.width]))),
  panels,
  jet: jetPanels,
};

/**
 * Draws a photo in its own proportions, with a heat map on the part of it that the map covers. Returns the bytes of a PNG.
 *
 * @param photo A path, the bytes of a file, or pixels.
 * @example
 * ```ts
 * const map = { values: Float32Array.of(0, 1, 0, 0), height: 2, width: 2 };
 * const png = await photoPng('cat.jpg', map, { layout: 'panels', caption: 'cat, 98 %' });
 * ```
 */
export async function photoPng(
  photo: string | Uint8Array | Pixels,
  map: HeatMap,
  { layout = 'overlay', caption }: PictureOptions = {},
): Promise<Uint8Array> {
  const isFile = typeof photo === 'string' || photo instanceof Uint8Array;
  const picture = layouts[layout](isFile ? await decodeWithin(photo, longest) : photo, map);
  const drawn = caption === undefined ? rgb(picture) : captioned(picture, caption);
  return drawn.png({ compressionLevel: 9 }).toBuffer();
}
