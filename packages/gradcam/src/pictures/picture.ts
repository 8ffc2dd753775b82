import type { HeatMap } from '../explain';
import { type ColorMap, inferno } from './colors';

/** A picture: pixels `[height, width, 3]`, RGB, 0 to 255. */
export interface Picture {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Pixels in one of the usual forms: RGB, or RGBA as a canvas has them (`ImageData`), `[height, width, 3 or 4]`, 0 to 255. */
export interface PicturePixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly height: number;
  readonly width: number;
}

/**
 * Converts pixels to RGB. Transparent pixels are blended with white.
 *
 * @throws RangeError when there are not 3 or 4 values per pixel, or when the values are not bytes.
 */
export function rgbOf(pixels: PicturePixels): Picture {
  const { data, height, width } = pixels;
  const places = height * width;
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!bytes || (data.length !== 3 * places && data.length !== 4 * places)) {
    throw new RangeError(
      `A picture of ${height} x ${width} pixels should be ${3 * places} bytes of RGB, or ${4 * places} of RGBA, in a Uint8Array; it has ${data?.length} values${bytes ? '' : ` in ${Object.prototype.toString.call(data).slice(8, -1)}`}.`,
    );
  }
  if (data.length === 3 * places)
    return data instanceof Uint8Array
      ? { data, height, width }
      : { ...pixels, data: new Uint8Array(data) };
  const rgb = new Uint8Array(3 * places);
  for (let place = 0; place < places; place++) {
    const share = data[4 * place + 3]! / 255;
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * place + channel] = Math.round(255 + share * (data[4 * place + channel]! - 255));
  }
  return { data: rgb, height, width };
}

/**
 * Resizes a map bilinearly to a picture, as OpenCV's `resize`: pixel centers are at half pixels, and values at the edges are repeated
 * outside. What the map does not cover is 0.
 *
 * @param size `[height, width]` in pixels.
 * @example
 * ```ts
 * resizeMap({ values: Float32Array.of(0, 1), height: 1, width: 2 }, [1, 4]).values; // [0, 0.25, 0.75, 1]
 * ```
 */
export function resizeMap(map: HeatMap, size: readonly [number, number]): HeatMap {
  const [height, width] = size;
  const values = new Float32Array(height * width);
  const { covers = [1, 1] } = map;
  const rows = places(map.height, height * covers[0]);
  const columns = places(map.width, width * covers[1]);
  let target = 0;
  for (const row of rows) {
    for (const column of columns) {
      const a = map.values[row.low * map.width + column.low]!;
      const b = map.values[row.low * map.width + column.high]!;
      const c = map.values[row.high * map.width + column.low]!;
      const d = map.values[row.high * map.width + column.high]!;
      const upper = a + (b - a) * column.share;
      values[target++] = upper + (c + (d - c) * column.share - upper) * row.share;
    }
    target += width - columns.length;
  }
  return { values, height, width };
}

/** Finds the two source positions between which each target position lies. */
function places(source: number, target: number) {
  return Array.from({ length: Math.round(target) }, (_, index) => {
    const position = Math.min(Math.max(((index + 0.5) * source) / target - 0.5, 0), source - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, source - 1), share: position - low };
  });
}

/**
 * Divides a map by its largest value, to 0 to 1. A map of zeros stays 0.
 *
 * @example
 * ```ts
 * normalizeMap({ values: Float32Array.of(-1, 1, 4), height: 1, width: 3 }).values; // [0, 0.25, 1]
 * ```
 */
export function normalizeMap(map: HeatMap): HeatMap {
  const most = map.values.reduce((largest, value) => Math.max(largest, value), 0);
  return most > 0 ? { ...map, values: map.values.map(value => Math.max(0, value) / most) } : map;
}

/**
 * Converts a map with values from 0 to 1 to colors. Negative values count as 0.
 *
 * @throws RangeError when the map has values above 1, because it was not normalized, or values that are not numbers.
 * @example
 * ```ts
 * const size = [pixels.height, pixels.width] as const;
 * const heat = colorize(normalizeMap(resizeMap(map, size))); // RGB, of the photo's size
 * ```
 */
export function colorize(map: HeatMap, colors: ColorMap = inferno): Picture {
  // Rounding can make a value slightly larger than 1.
  const wrong = map.values.find(value => !(value <= 1 + 1e-3));
  if (wrong !== undefined)
    throw new RangeError(
      `To be drawn, a map needs values from 0 to 1; it has the value ${wrong}. normalizeMap(map) divides it by its largest value.`,
    );
  const data = new Uint8Array(map.values.length * 3);
  map.values.forEach((value, index) => {
    const color = Math.round(255 * Math.min(1, Math.max(0, value))) * 3;
    data.set(colors.subarray(color, color + 3), index * 3);
  });
  return { data, height: map.height, width: map.width };
}

export interface OverlayOptions {
  readonly colors?: ColorMap;
  /** Share of the heat map's color where the map is 1, 0 to 1. Default 0.75. */
  readonly opacity?: number;
}

/**
 * Draws a map over a photo. The opacity follows the map, so that the photo stays clear where the map is 0.
 *
 * @param map A map with values from 0 to 1, of the photo's size.
 * @throws RangeError when the sizes differ, or when the map was not normalized.
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const picture = overlay(pixels, heat, { opacity: 0.6 });
 * const png = await encodePng(picture);
 * ```
 */
export function overlay(photo: PicturePixels, map: HeatMap, options: OverlayOptions = {}): Picture {
  const { colors = inferno, opacity = 0.75 } = options;
  if (map.height !== photo.height || map.width !== photo.width) {
    throw new RangeError(
      `The map is ${map.height} x ${map.width}, the photo ${photo.height} x ${photo.width}. To make the sizes equal, call resizeMap(map, [height, width]).`,
    );
  }
  const heat = colorize(map, colors).data;
  const before = rgbOf(photo).data;
  const data = new Uint8Array(before.length);
  map.values.forEach((value, place) => {
    const share = opacity * Math.min(1, Math.max(0, value));
    for (let channel = place * 3; channel < place * 3 + 3; channel++) {
      data[channel] = Math.round(before[channel]! * (1 - share) + heat[channel]! * share);
    }
  });
  return { data, height: photo.height, width: photo.width };
}

/**
 * Joins pictures of the same height side by side, with white between them.
 *
 * @param gap White space between the pictures, in pixels. Default 6.
 * @throws RangeError when the heights differ.
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const panels = sideBySide([pixels, colorize(heat), overlay(pixels, heat)]);
 * ```
 */
export function sideBySide(pictures: readonly PicturePixels[], gap = 6): Picture {
  const height = pictures[0]?.height ?? 0;
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const data = new Uint8Array(height * width * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    if (picture.height !== height)
      throw new RangeError(`Pictures are ${height} and ${picture.height} pixels high.`);
    const { data: own } = rgbOf(picture);
    for (let y = 0; y < height; y++) {
      const row = own.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(row, (y * width + left) * 3);
    }
    left += picture.width + gap;
  }
  return { data, height, width };
}
