import type { Pixels } from './pixels';

/** A color as red, green and blue, each 0 to 255. */
export type Color = readonly [number, number, number];

/**
 * The default background of transparent pictures.
 *
 * @example
 * ```ts
 * const raster = decodeBmp(bytes, readBmpHeader(bytes));
 * const { data } = toPixels(raster, white); // as toPixels(raster)
 * ```
 */
export const white: Color = [255, 255, 255];

/** Rows of 8-bit samples as decoders return them: gray, gray and alpha, RGB, or RGB and alpha. Alpha is not premultiplied. */
export interface Raster {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly channels: 1 | 2 | 3 | 4;
  readonly height: number;
  readonly width: number;
}

/**
 * Converts a raster to RGB. Transparent pixels are blended with the background: `(alpha * color + (255 - alpha) * background) / 255`,
 * rounded. A `Uint8Array` of RGB is not copied.
 *
 * @example
 * ```ts
 * const raster = { data: Uint8Array.of(255, 0, 0, 128), channels: 4, height: 1, width: 1 } as const;
 * toPixels(raster).data; // [255, 127, 127]: half transparent red on white
 * toPixels(raster, [0, 0, 0]).data; // [128, 0, 0]
 * ```
 */
export function toPixels(raster: Raster, background: Color = white): Pixels {
  const { data, channels, height, width } = raster;
  if (channels === 3 && data instanceof Uint8Array) return { data, height, width };
  const rgb = new Uint8Array(height * width * 3);
  const isGray = channels < 3;
  const hasAlpha = channels % 2 === 0;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const alpha = hasAlpha ? data[from + channels - 1]! : 255;
    for (let c = 0; c < 3; c++) {
      const sample = data[isGray ? from : from + c]!;
      rgb[to + c] = Math.round((sample * alpha + background[c]! * (255 - alpha)) / 255);
    }
  }
  return { data: rgb, height, width };
}

/**
 * Whether any pixel is at least partly transparent, so that the background matters.
 *
 * @example
 * ```ts
 * const raster = decodeBmp(bytes, readBmpHeader(bytes));
 * if (isTransparent(raster)) console.log('laid on white');
 * const { data } = toPixels(raster);
 * ```
 */
export function isTransparent({ data, channels }: Raster): boolean {
  if (channels % 2 === 1) return false;
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 255) return true;
  return false;
}
