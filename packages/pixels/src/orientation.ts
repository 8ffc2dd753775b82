import type { Pixels } from './pixels';

/**
 * How a picture must be turned to be upright, as EXIF numbers it: 1 not at all, 2 mirrored horizontally, 3 rotated by 180 degrees, 4
 * mirrored vertically, 5 to 8 with rows and columns exchanged.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Whether height and width are exchanged when a picture is turned upright.
 *
 * @example
 * ```ts
 * exchangesSides(3); // false: turned by 180 degrees
 * exchangesSides(6); // true: a portrait photo that is stored lying
 * ```
 */
export const exchangesSides = (orientation: Orientation): boolean => orientation > 4;

/**
 * Turns a picture upright.
 *
 * @see Exif 2.32, tag 0x0112
 * @example
 * ```ts
 * const stored = { data: Uint8Array.of(255, 0, 0, 0, 0, 255), height: 1, width: 2 }; // red, blue
 * turnUpright(stored, 6); // 2 x 1: red above blue
 * ```
 */
export function turnUpright(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { data, height: rows, width: columns } = pixels;
  const [height, width] = exchangesSides(orientation) ? [columns, rows] : [rows, columns];
  const result = new Uint8Array(data.length);
  // The edges of the stored picture that become the left and the top edge of the upright one.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const [v, u] = exchangesSides(orientation) ? [x, y] : [y, x];
      const row = fromBottom ? rows - 1 - v : v;
      const column = fromRight ? columns - 1 - u : u;
      const from = (row * columns + column) * 3;
      result[to] = data[from]!;
      result[to + 1] = data[from + 1]!;
      result[to + 2] = data[from + 2]!;
    }
  }
  return { data: result, height, width };
}

/**
 * Reads the orientation from EXIF data.
 *
 * @param tiff EXIF data, beginning with its byte order, `II` or `MM`.
 * @returns The orientation, or `undefined` if there is none or it is invalid.
 * @example
 * ```ts
 * import sharp from 'sharp';
 *
 * const { exif } = await sharp('mushroom.jpg').metadata();
 * const orientation = exif && exifOrientation(exif.subarray(6)); // after the six bytes `Exif\0\0`
 * ```
 */
export function exifOrientation(tiff: Uint8Array): Orientation | undefined {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const order = view.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) return undefined;
    const little = order === 0x4949;
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + 12 * entry;
      if (view.getUint16(at, little) === 0x0112) return known(view.getUint16(at + 8, little));
    }
    return undefined;
  } catch {
    // A directory that reaches beyond its data is ignored.
    return undefined;
  }
}

/**
 * Reads the orientation from XMP data, which is XML.
 *
 * @returns The orientation, or `undefined` if there is none or it is invalid.
 * @example
 * ```ts
 * xmpOrientation('<rdf:Description tiff:Orientation="6"/>'); // 6
 * ```
 */
export function xmpOrientation(xmp: string): Orientation | undefined {
  const found = /tiff:Orientation(?:\s*=\s*["']|>)\s*(\d)\b/.exec(xmp);
  return found ? known(Number(found[1])) : undefined;
}

const known = (value: number): Orientation | undefined =>
  Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : undefined;
