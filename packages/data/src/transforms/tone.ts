import type { Pixels } from '@shroom/pixels';
import { blend } from './color';

/**
 * Keeps only the upper bits of each value.
 *
 * @param bits Number of bits to keep, 0 to 8.
 * @example
 * ```ts
 * const color = { data: Uint8Array.of(200, 100, 15), height: 1, width: 1 };
 * posterize(color, 4).data; // [192, 96, 0]
 * ```
 */
export const posterize = (pixels: Pixels, bits: number): Pixels =>
  mapValues(pixels, value => value & (256 - 2 ** (8 - bits)));

/**
 * Inverts all values that are at least the threshold.
 *
 * @example
 * ```ts
 * const color = { data: Uint8Array.of(200, 100, 15), height: 1, width: 1 };
 * solarize(color, 128).data; // [55, 100, 15]
 * ```
 */
export const solarize = (pixels: Pixels, threshold: number): Pixels =>
  mapValues(pixels, value => (value >= threshold ? 255 - value : value));

/**
 * Stretches the contrast of each channel to the range from 0 to 255.
 *
 * @example
 * ```ts
 * const grays = { data: Uint8Array.of(51, 51, 51, 102, 102, 102), height: 1, width: 2 };
 * stretchContrast(grays).data; // [0, 0, 0, 255, 255, 255]
 * ```
 */
export function stretchContrast(pixels: Pixels): Pixels {
  return mapChannels(pixels, histogram => {
    const low = histogram.findIndex(count => count > 0);
    const high = histogram.findLastIndex(count => count > 0);
    if (high <= low) return value => value;
    const scale = 255 / (high - low);
    return value => Math.max(0, Math.min(255, Math.trunc(value * scale - low * scale)));
  });
}

/**
 * Equalizes the histogram of each channel.
 *
 * @example
 * ```ts
 * equalize(pixels); // makes all gray levels about equally frequent
 * ```
 */
export function equalize(pixels: Pixels): Pixels {
  return mapChannels(pixels, histogram => {
    const last = histogram.findLast(count => count > 0) ?? 0;
    const total = histogram.reduce((sum, count) => sum + count, 0);
    const step = Math.floor((total - last) / 255);
    if (step === 0) return value => value;
    let seen = Math.floor(step / 2);
    const table = Array.from(histogram, count => {
      const level = Math.floor(seen / step);
      seen += count;
      return Math.min(255, level);
    });
    return value => table[value]!;
  });
}

/**
 * Blends the picture with its smoothed version.
 *
 * @param factor 0 gives the smoothed picture, 1 the original, 2 a sharpened one.
 * @example
 * ```ts
 * adjustSharpness(pixels, 2); // sharper
 * ```
 */
export function adjustSharpness(pixels: Pixels, factor: number): Pixels {
  const smooth = smoothed(pixels);
  return blend(pixels, factor, index => smooth[index]!);
}

/** A weighted mean over 3 by 3 pixels, in which the center has the weight 5 of 13. The border stays unchanged. */
function smoothed({ data, height, width }: Pixels): Uint8Array {
  const result = Uint8Array.from(data);
  const row = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let index = y * row + 3; index < (y + 1) * row - 3; index++) {
      let sum = 4 * data[index]!;
      for (let above = index - row; above <= index + row; above += row) {
        sum += data[above - 3]! + data[above]! + data[above + 3]!;
      }
      result[index] = Math.floor(sum / 13 + 0.5);
    }
  }
  return result;
}

function mapValues({ data, height, width }: Pixels, map: (value: number) => number): Pixels {
  const table = Uint8Array.from({ length: 256 }, (_, value) => map(value));
  return { data: data.map(value => table[value]!), height, width };
}

/** Applies a lookup table to each channel that is derived from the channel's histogram. */
function mapChannels(
  { data, height, width }: Pixels,
  choose: (histogram: Uint32Array) => (value: number) => number,
): Pixels {
  const result = new Uint8Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const histogram = new Uint32Array(256);
    for (let index = channel; index < data.length; index += 3) histogram[data[index]!]! += 1;
    const map = choose(histogram);
    const table = Uint8Array.from({ length: 256 }, (_, value) => map(value));
    for (let index = channel; index < data.length; index += 3) result[index] = table[data[index]!]!;
  }
  return { data: result, height, width };
}
