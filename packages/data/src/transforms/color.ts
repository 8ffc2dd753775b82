import type { Pixels } from '@shroom/pixels';
import { type RandomStream, shuffled } from '../random';

export interface ColorJitterOptions {
  /** Factors of `1 - brightness` to `1 + brightness`, at least 0. Default 0: unchanged. */
  readonly brightness?: number;
  /** Likewise. */
  readonly contrast?: number;
  /** Likewise. */
  readonly saturation?: number;
  /** Turns of the color wheel of `-hue` to `hue`, at most 0.5. Default 0. */
  readonly hue?: number;
}

/**
 * Changes brightness, contrast, saturation and hue in a random order, by torchvision's rule.
 *
 * @example
 * ```ts
 * colorJitter(pixels, randomStream('photo 7', 1), { brightness: 0.2, contrast: 0.2, hue: 0.05 });
 * ```
 */
export function colorJitter(
  pixels: Pixels,
  random: RandomStream,
  options: ColorJitterOptions = {},
): Pixels {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  const steps: [number, (picture: Pixels, amount: number) => Pixels, number][] = [
    [brightness, adjustBrightness, 1],
    [contrast, adjustContrast, 1],
    [saturation, adjustSaturation, 1],
    [hue, adjustHue, 0],
  ];
  // Every stream is read alike, whatever is switched off, so that switching one off leaves the others as they were.
  const drawn = steps.map(([reach, adjust, center]) => {
    const amount = random.between(Math.max(center - reach, center - 1), center + reach);
    return { reach, adjust, amount };
  });
  return shuffled(drawn, random).reduce(
    (picture, { reach, adjust, amount }) => (reach === 0 ? picture : adjust(picture, amount)),
    pixels,
  );
}

/**
 * Multiplies every value.
 *
 * @param factor 0 is black, 1 the picture.
 * @example
 * ```ts
 * const color = { data: Uint8Array.of(100, 150, 250), height: 1, width: 1 };
 * adjustBrightness(color, 1.2).data; // [120, 180, 255]
 * ```
 */
export const adjustBrightness = (pixels: Pixels, factor: number): Pixels =>
  blend(pixels, factor, () => 0);

/**
 * Moves every value from the mean gray of the picture, or towards it.
 *
 * @param factor 0 is the mean gray, 1 the picture.
 * @example
 * ```ts
 * adjustContrast(pixels, 1.5); // more contrast
 * ```
 */
export function adjustContrast(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  let sum = 0;
  for (let place = 0; place < data.length; place += 3) sum += grayOf(data, place);
  const mean = Math.floor((3 * sum) / data.length + 0.5);
  return blend(pixels, factor, () => mean);
}

/**
 * Moves every color from gray of the same luma, or towards it.
 *
 * @param factor 0 is gray, 1 the picture.
 * @example
 * ```ts
 * const red = { data: Uint8Array.of(255, 0, 0), height: 1, width: 1 };
 * adjustSaturation(red, 0).data; // [76, 76, 76]
 * ```
 */
export function adjustSaturation(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  return blend(pixels, factor, index => grayOf(data, index - (index % 3)));
}

/**
 * Turns every color on the color wheel.
 *
 * @param turns -0.5 to 0.5, rounded to a step of Pillow's 8-bit hue.
 * @example
 * ```ts
 * const red = { data: Uint8Array.of(255, 0, 0), height: 1, width: 1 };
 * adjustHue(red, 1 / 3).data; // [0, 255, 0]
 * ```
 */
export function adjustHue(pixels: Pixels, turns: number): Pixels {
  const { data, height, width } = pixels;
  const shift = Math.trunc(turns * 255) & 255;
  const result = new Uint8Array(data.length);
  for (let place = 0; place < data.length; place += 3) {
    const [h, s, v] = toHsv(data[place]!, data[place + 1]!, data[place + 2]!);
    result.set(toRgb((h + shift) & 255, s, v), place);
  }
  return { data: result, height, width };
}

/** From `other` (factor 0) to the picture (factor 1) and beyond, in 32 bits and cut off as in Pillow. */
export function blend(pixels: Pixels, factor: number, other: (index: number) => number): Pixels {
  const { data, height, width } = pixels;
  const result = new Uint8ClampedArray(data.length);
  const share = Math.fround(factor);
  for (let index = 0; index < data.length; index++) {
    const from = other(index);
    result[index] = Math.trunc(Math.fround(from + Math.fround(share * (data[index]! - from))));
  }
  return { data: new Uint8Array(result.buffer), height, width };
}

/** Luma by ITU-R 601-2, in Pillow's fixed point. */
const grayOf = (data: Uint8Array, place: number): number =>
  (data[place]! * 19595 + data[place + 1]! * 38470 + data[place + 2]! * 7471 + 0x8000) >> 16;

type Triple = [number, number, number];

/** Rounded to 32 bits where Pillow does. @see Pillow, src/libImaging/Convert.c, rgb2hsv_row */
function toHsv(red: number, green: number, blue: number): Triple {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return [0, 0, most];
  const { fround } = Math;
  const [r, g, b] = [red, green, blue].map(value => fround((most - value) / spread)) as Triple;
  const sector = fround(red === most ? b - g : green === most ? 2 + r - b : 4 + g - r);
  const hue = fround((sector / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(fround(spread / most) * 255), most];
}

function toRgb(hue: number, saturation: number, value: number): Triple {
  const position = (hue * 6) / 255;
  const sector = Math.floor(position);
  const within = Math.fround(position - sector);
  const s = Math.fround(saturation / 255);
  const p = Math.round(value * (1 - s));
  const q = Math.round(value * (1 - s * within));
  const t = Math.round(value * (1 - s * (1 - within)));
  const wheel: readonly Triple[] = [
    [value, t, p],
    [q, value, p],
    [p, value, t],
    [p, q, value],
    [t, p, value],
    [value, p, q],
  ];
  return wheel[sector % 6]!;
}
