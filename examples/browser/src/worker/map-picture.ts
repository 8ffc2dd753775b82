import { type Explanation, type HeatMap, inferno, normalizeMap } from '@shroom/gradcam';
import { placeOnOriginal, sharedScale } from '@shroom/gradcam/pictures';
import type { DrawnMap } from '../calls';
import { sides } from '../sides';

/** Longest side of a drawn map in pixels. The browser enlarges it further, with smoothing. */
const longest = 800;

/** Size of a photo, and the input size to which it was resized. */
interface Placement {
  readonly height: number;
  readonly width: number;
  readonly seenAt: readonly [number, number];
}

/**
 * Draws a map in colors, in the original proportions of the photo. Higher values are more opaque.
 *
 * @param signed A map with both signs. Evidence against the class is drawn in a second color.
 */
export function drawMap(
  explanation: Explanation,
  photo: Placement,
  signed: boolean,
): Omit<DrawnMap, 'milliseconds'> {
  const scale = Math.min(1, longest / Math.max(photo.height, photo.width));
  const size = [photo.height, photo.width].map(side => Math.max(1, Math.round(side * scale)));
  const [height, width] = size as [number, number];
  const source = signed ? explanation.signed : explanation.map;
  const placed = placeOnOriginal(source, [height, width], { steps: [{ resize: photo.seenAt }] });
  const map = signed ? toUnit(placed) : normalizeMap(placed);
  const pixels = new Uint8ClampedArray(4 * height * width);
  map.values.forEach((value, place) => {
    const strength = Math.min(255, Math.round(255 * Math.abs(value)));
    const color = !signed
      ? inferno.subarray(3 * strength, 3 * strength + 3)
      : value > 0
        ? sides.favor
        : sides.against;
    pixels.set(color, 4 * place);
    pixels[4 * place + 3] = strength;
  });
  const strongest = placeOf(map);
  const opposite = signed
    ? placeOf({ ...map, values: map.values.map(value => -value) })
    : undefined;
  return {
    pixels,
    height,
    width,
    places: [explanation.map.height, explanation.map.width],
    ...(strongest && { strongest }),
    ...(opposite && { opposite }),
  };
}

function toUnit(map: HeatMap): HeatMap {
  const scale = sharedScale([map]);
  return scale > 0 ? { ...map, values: map.values.map(value => value / scale) } : map;
}

/** In which ninth of the picture a map is highest, in words. Undefined if no value is above 0. */
function placeOf({ values, height, width }: HeatMap): string | undefined {
  let best = 0;
  values.forEach((value, place) => {
    if (value > values[best]!) best = place;
  });
  if (!(values[best]! > 0)) return undefined;
  const row = ['top', '', 'bottom'][Math.floor((3 * Math.floor(best / width)) / height)]!;
  const column = ['left', '', 'right'][Math.floor((3 * (best % width)) / width)]!;
  const place = [row, column].filter(Boolean).join(' ');
  return place ? `at the ${place}` : 'in the middle';
}
