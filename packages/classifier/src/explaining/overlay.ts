import type { Pixels } from '@shroom/data';
import { decodeWithin } from '@shroom/data/node';
import { type HeatMap, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { rgb } from './pictures';

/** Pixels of the longer side. */
const longest = 480;

/** A map on top of a photo in its own proportions: the map covers the whole of it. */
export async function overlayPng(
  photo: string | Uint8Array | Pixels,
  map: HeatMap,
): Promise<Uint8Array> {
  const isFile = typeof photo === 'string' || photo instanceof Uint8Array;
  const pixels = isFile ? await decodeWithin(photo, longest) : photo;
  const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
  return rgb(overlay(pixels, heat)).png().toBuffer();
}
