import { type ColourMap, inferno } from './colours';
import type { HeatMap } from './explain';

/** Pixels `[height, width, 3]`, RGB, 0 to 255. */
export interface Picture {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * A map at another size: bilinear, pixel centres at half pixels, edges held, as OpenCV's `resize`.
 *
 * @param size `[height, width]`.
 */
export function resizeMap(map: HeatMap, size: readonly [number, number]): HeatMap {
  const [height, width] = size;
  const values = new Float32Array(height * width);
  const rows = places(map.height, height);
  const columns = places(map.width, width);
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
  }
  return { values, height, width };
}

/** Between which two places of the source each place of the target lies. */
function places(source: number, target: number) {
  return Array.from({ length: target }, (_, index) => {
    const position = Math.min(Math.max(((index + 0.5) * source) / target - 0.5, 0), source - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, source - 1), share: position - low };
  });
}

/** A map divided by its largest value, 0 to 1. A flat map stays 0: nothing is made up. */
export function normaliseMap(map: HeatMap): HeatMap {
  const most = map.values.reduce((largest, value) => Math.max(largest, value), 0);
  return most > 0 ? { ...map, values: map.values.map(value => Math.max(0, value) / most) } : map;
}

/** A map of 0 to 1 in colours. */
export function colourise(map: HeatMap, colours: ColourMap = inferno): Picture {
  const data = new Uint8Array(map.values.length * 3);
  map.values.forEach((value, index) => {
    const colour = Math.round(255 * Math.min(1, Math.max(0, value))) * 3;
    data.set(colours.subarray(colour, colour + 3), index * 3);
  });
  return { data, height: map.height, width: map.width };
}

export interface OverlayOptions {
  readonly colours?: ColourMap;
  /** Share of the heat map's colour where the map is 1, 0 to 1. Default 0.75. */
  readonly opacity?: number;
}

/**
 * A photo with a map on it. The opacity follows the map, so that the photo stays clear where nothing was found.
 *
 * @param map 0 to 1, of the photo's size.
 * @throws RangeError when the sizes differ.
 */
export function overlay(photo: Picture, map: HeatMap, options: OverlayOptions = {}): Picture {
  const { colours = inferno, opacity = 0.75 } = options;
  if (map.height !== photo.height || map.width !== photo.width) {
    throw new RangeError(
      `The map is ${map.height} x ${map.width}, the photo ${photo.height} x ${photo.width}. resizeMap(map, [height, width]) makes them agree.`,
    );
  }
  const heat = colourise(map, colours).data;
  const data = new Uint8Array(photo.data.length);
  map.values.forEach((value, place) => {
    const share = opacity * Math.min(1, Math.max(0, value));
    for (let channel = place * 3; channel < place * 3 + 3; channel++) {
      data[channel] = Math.round(photo.data[channel]! * (1 - share) + heat[channel]! * share);
    }
  });
  return { data, height: photo.height, width: photo.width };
}

/** Pictures of one height side by side, white between them. */
export function sideBySide(pictures: readonly Picture[], gap = 6): Picture {
  const height = pictures[0]?.height ?? 0;
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const data = new Uint8Array(height * width * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    if (picture.height !== height)
      throw new RangeError(`Pictures are ${height} and ${picture.height} pixels high.`);
    for (let y = 0; y < height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(row, (y * width + left) * 3);
    }
    left += picture.width + gap;
  }
  return { data, height, width };
}
